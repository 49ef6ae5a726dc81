//! The generated code that is checked in is what the `.proto` files say.

#[test]
fn generated_code_is_fresh() -> anyhow::Result<()> {
    xtask::codegen::run(true)
}

//! Why an answer is not the one that was expected.

/// Why an answer is not the one that was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// No answer came, for instance because no process listens.
    #[error("{reason}")]
    NoAnswer {
        /// From where, and why.
        reason: String,
    },
    /// The server refused.
    #[error("the server answered {status}: {errors}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's words.
        errors: String,
    },
    /// The data do not fit the type that was asked for. Which data they are is left out: they may
    /// be secret.
    #[error("the answer's data do not fit")]
    Shape,
}

#![doc = include_str!("../README.md")]

pub mod counts;
pub mod document;
pub mod engines;
pub mod login;
pub mod mount;
#[cfg(feature = "report")]
pub mod report;
pub mod scenarios;
pub mod sizes;
pub mod wire;

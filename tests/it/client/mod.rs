//! The client library against a real server on loopback, over lines that are cut.

mod calls;
mod commands;
mod feed;
mod files;
mod line;

//! The hotline server that the terminal program talks to.

pub mod blobs;

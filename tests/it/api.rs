//! The HTTP side of the hotline server, asked as a desk would ask it: one file a subject.

mod document;
mod feed;
mod files;
mod keys;
mod problems;
mod roles;
mod secrecy;
mod sessions;
mod test_clock;

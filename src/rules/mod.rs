//! A rulebook's sections: one file, one section of its TOML, with its schema and its verdict.

pub mod elements;

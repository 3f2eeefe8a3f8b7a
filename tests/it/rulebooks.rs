//! The five built-in rulebooks: every one is read, and nothing in it contradicts itself.

use rexian::rules::Shelf;

#[test]
fn every_built_in_book_is_read() {
    let ids: Vec<&str> = Shelf::built_in().ids().map(|id| id.as_str()).collect();
    assert_eq!(ids, ["haojiang", "laishan", "songshan", "wuhai", "xinqiao"]);
}

//! How much one request may carry, told in the contract and held by the server.

/// Bytes of a JSON body.
pub const BODY: usize = 1 << 20;
/// Tickets handed in at once.
pub const BATCH: usize = 200;
/// Rows of one page.
pub const PAGE: u32 = 200;
pub const PAGE_USUAL: u32 = 50;
/// Events of one page of the feed.
pub const FEED_PAGE: u32 = 500;
/// Seconds that the feed waits for news.
pub const FEED_WAIT: u32 = 55;
/// Characters of one text that a person writes.
pub const TEXT: usize = 20_000;
/// Characters of a search, a name, a cursor.
pub const WORDS: usize = 200;
/// Characters of an `Idempotency-Key`.
pub const KEY: usize = 128;
/// Bytes of one stored file.
pub const BLOB: u64 = 50 << 20;
/// The largest number that every reader of JSON keeps whole.
pub const NUMBER: i64 = (1 << 53) - 1;

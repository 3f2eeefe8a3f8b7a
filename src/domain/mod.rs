//! What exists: pure data, no I/O, no clock.
//!
//! One Chinese term, one identifier:
//!
//! | term | identifier | | term | identifier |
//! |---|---|---|---|---|
//! | 工单 | `Ticket` | | 承办单位 | `Unit` |
//! | 联络员 | `Liaison` | | 签收 | accept |
//! | 退回 | return | | 延期 | extension |
//! | 挂单 | suspension | | 协办 | co-handling |
//! | 审签 | signing | | 审核 | review |
//! | 重办 | redo | | 督办 | supervision |
//! | 催办 | urging | | 回访 | callback |
//! | 办结 | finish | | 结案 | close |
//! | 推诿 | buck-passing | | 要素 | `Element` |
//! | 时限 | limit | | 预警/黄牌/红牌 | warning/yellow/red |
//! | 联系通讯录 | contact book: `Unit`, `Person` | | 知识库 | `Article` |
//! | 不再办理、备案、解释说明、列入计划 | exemption kinds | | 工作日 | working day, `wd` |

pub mod action;
pub mod contact;
pub mod element;
pub mod event;
pub mod ids;
pub mod intake;
pub mod knowledge;
pub mod material;
pub mod moment;
pub(crate) mod named;
pub mod people;
pub mod period;
pub mod reply;
pub mod request;
pub mod ticket;

pub use named::UnknownName;

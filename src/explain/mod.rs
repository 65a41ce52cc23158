//! `dbdoctor explain`: which finding an error text, a traceback or a log belongs to.
//!
//! A log streams through [`scan`] in constant memory: [`finder`] finds the lines that may matter by a piece of each text, and asks them for
//! the rest of it with [`cover`]. The rest of the work is done on those lines alone, in [`sight`], once for what [`memo`] knows. [`clean`]
//! undoes what loggers do to a message, [`translations`] says it in English, [`catalogue`] finds the texts, [`owner`] says which driver stands near and [`context`] what belongs to one traceback, [`incident`] chooses the
//! cause among what one traceback holds, and [`group`] sums up by code. A server's refusal goes through the recognisers that `check` uses.

pub mod assemble;
mod beyond;
pub mod catalogue;
pub mod clean;
pub mod clock;
pub mod context;
pub mod cover;
pub mod eight;
pub mod encoded;
pub mod facts;
mod few;
pub mod finder;
pub mod frames;
pub mod group;
pub mod incident;
pub mod input;
pub mod judge;
pub mod lines;
pub mod logged;
pub mod memo;
mod number;
pub mod open;
mod owner;
mod paste;
mod pooler;
pub mod prefix;
pub mod refusals;
mod remedies;
pub mod scan;
mod server_log;
pub mod session;
mod shape;
mod shown;
pub mod sight;
mod spelling;
pub mod strangers;
mod strided;
pub mod surroundings;
mod telling;
pub mod template;
pub mod times;
mod traceback;
pub mod translations;
mod values;
mod wrapped;

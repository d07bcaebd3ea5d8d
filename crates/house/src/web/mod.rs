//! The web frame of the house.

mod assets;
mod brand;
mod form;
mod frame;
mod layers;
mod live;
mod page;
mod parts;
mod problems;
mod reader;

pub use assets::{address as asset, router as assets};
pub use brand::{Brand, Colour, NotAColour};
pub use form::Form;
pub use frame::{Addresses, Frame, Link, Notice, NoticeKind, SearchBox, Section, Side, Theme, Visitor};
pub use layers::{FORM_BYTES_MAX, PAGE_TIMEOUT, RequestId, around, for_pages};
pub use live::changes;
pub use page::{Page, check_samples, show, show_as};
pub use parts::{
    Badge, Block, Choice, Decision, DiskBar, Facet, Fact, Icon, LogLine, State, Step, Stretch, Tile, Turner,
    icon,
};
pub use problems::FrameFor;
pub use reader::{Reader, cookie};

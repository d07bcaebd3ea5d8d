//! The web frame of the house: what stands around pages, the parts they are made of, and how a "no" looks.
//!
//! What is absent: every noun of the guide, and every way of asking the database.
//!
//! # How a chapter makes a page
//! The template lies beside it, `offers/pages/prices.html`; `w` and `frame` are always there:
//! ```html
//! {% extends "frame.html" %}
//! {% import "parts.html" as parts %}
//! {% block title %}{{ w.say("offers-prices") }}{% endblock %}
//! {% block main %}
//! {% call parts::page_head(w.say("offers-prices"), line=w.say("offers-plans").with("n", plans)) %}{% endcall %}
//! <form class="sheet" method="post">
//! {{ parts::mistakes(form) }}
//! {{ parts::field(form, "price", w.say("offers-price"), kind="number", unit="€/h", hint=w.say("offers-price-hint")) }}
//! <p class="actions">{{ parts::button(w.say("offers-save")) }}</p>
//! </form>
//! {% endblock %}
//! ```
//! ```ignore
//! #[derive(Template)]
//! #[template(path = "offers/pages/prices.html")]
//! struct PricesPage { w: Words, frame: Frame, plans: usize, form: Form }
//!
//! impl Page for PricesPage {
//!     fn samples(frame: &Frame) -> Vec<Self> {
//!         [Form::empty(), Form::empty().fill("price", "0.05")]
//!             .map(|form| PricesPage { w: frame.w.clone(), frame: frame.clone(), plans: 2, form })
//!             .into()
//!     }
//! }
//!
//! async fn save(…, frame: Frame, form: Form) -> Result<Response, Error> {
//!     let saved = market.write(async |tx, now| offers::price(tx, &by, form.value("price"), now).await).await;
//!     match saved {
//!         Ok(()) => Ok(Redirect::to(&address).into_response()),
//!         // Marks the fields that the refusal names; anything else goes on its way to the problem page.
//!         Err(error) => {
//!             let page = PricesPage { w: frame.w.clone(), frame, plans: 2, form: form.refused(error)? };
//!             show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
//!         }
//!     }
//! }
//!
//! #[test]
//! fn the_price_page_is_whole_in_every_language() {
//!     check_samples::<PricesPage>(WORDS);
//! }
//! ```
//! - A template is found beside the page that names it before anywhere else: no chapter has a `frame.html` or `parts.html`.
//! - `{{ w.say("key").with("n", n) }}` says; `w.tell(text)` says a [`Text`](crate::words::Text). Figures: `w.number(n)`, `w.money(minor, "EUR")`,
//!   `w.price_per_hour(nano, "EUR")`, `w.unit_price(nano, "EUR")`, `w.bytes(n)`, `w.percent(n)`, `w.date(at)`, `w.moment(at)`
//!   (a `<time>`), `w.clock(at)`, `w.duration(span)`.
//! - `{{ house::web::icon("rocket") }}` draws an icon of `assets/icons.svg`.
//! - Styles and scripts in a page are refused by the content security policy; a class is missing? Add it to `market.css`.
//!
//! # Parts
//! All are macros of `templates/parts.html`; arguments with `=` may be left out. Called as `{{ parts::name(…) }}`, or, where
//! *caller* stands, `{% call parts::name(…) %}…{% endcall %}`. A part cannot stand inside itself.
//!
//! | part | arguments |
//! |---|---|
//! | `button` | `label, kind="primary" (quiet, plain, danger), icon="", name="", value="", type="submit"` |
//! | `link_button` | `label, address, kind="primary", icon=""` |
//! | `mistakes` | `form`: the list of what is wrong, above the form |
//! | `field` | `form, name, label, kind="text" (email, password, number, url, date, …), hint="", required=true, autocomplete="off", unit="", size="" (narrow)` |
//! | `area` | `form, name, label, hint="", required=true, rows=5` |
//! | `select` | `form, name, label, choices, hint="", required=true` |
//! | `radios`, `checks` | `form, name, label, choices, hint=""`: cards; several ticks |
//! | `check` | `form, name, label, hint=""`: one tick |
//! | `file` | `form, name, label, hint="", accept="", required=true` |
//! | `hidden` | `name, value` |
//! | `notice` | `kind: NoticeKind, text, title=""` |
//! | `state`, `badge`, `stars` | a [`State`]; a [`Badge`]; stars doubled (9 is 4.5) |
//! | `facts` | `facts: [Fact]`: names and values |
//! | `table` | `caption, heads`, *caller* writes the rows; a head that begins with `>` stands right, like its `td class="figure"` |
//! | `toolbar` | `title`, *caller*: orders and filters of a list |
//! | `steps` | `steps: [Step]` |
//! | `progress` | `label, percent, left: Option<Duration>, line=""` |
//! | `live` | `id, events, address`, *caller*: replaced by `address` whenever `events` (an answer of [`changes`]) tells of a change, until that answers with [`last`] |
//! | `log` | `lines: [LogLine]` |
//! | `tile`, `tiles` | a [`Tile`]; many |
//! | `shelf` | `title, more, address`, *caller*: a titled row with a way to all of it |
//! | `facets` | `facets: [Facet]`, in the search's own form |
//! | `search_box` | `action, value, hint` |
//! | `hero` | `title, line`, *caller*: search and hints |
//! | `tabs`, `crumbs` | `label, links: [Link]`; `links` |
//! | `turner` | a [`Turner`]: previous and next page by key |
//! | `page_head` | `title, line=""`, *caller*: the page's buttons |
//! | `empty` | `icon, title, line`, *caller*: the first step |
//! | `code` | `text`, with a copy button |
//! | `price` | `amount, unit="", note=""` |
//! | `plan` | `title, line="", current=false`, *caller*; several in `<div class="plans">` |
//! | `disk_bar` | `bar: DiskBar, label=""` |
//! | `decisions` | `decisions: [Decision]` |
//! | `confirm` | `label, question, action, button_label, kind="danger", icon=""`, *caller*: more fields |

//!
//! # Places
//! Classes of `market.css` that whole pages are laid out with; `cargo run -p house --example gallery` shows them at work,
//! and the pages in `examples/gallery/*.html` are there to be copied.
//!
//! | class | for |
//! |---|---|
//! | `column`, `prose`, `stack`, `lead`, `soft`, `figure`, `unseen` | one column; text; even spacing; the opening line; quiet text; tabular figures; for ears only |
//! | `sheet` | a form |
//! | `beside` with a `div` and an `aside class="stays stack"` | what is read, and what stays in reach; `beside search` has the narrow column first |
//! | `panel`, `preview` | the few things that deserve a box |
//! | `facet-sheet` | a `details` around the facets: open on wide screens, a sheet on the phone |
//! | `tiles rows` | a list of tiles in rows, for search |
//! | `form[data-follow]` with `[data-results]` | results that change in place |
//! | `form[data-keep]` | asks before typed but unsaved words are left |
//! | `aisles`, `hints` | categories; searches to try |
//! | `goods-head`, `reach` | the head of a thing on sale; its buttons at the foot of the phone |
//! | `plans` | around `plan` |
//! | `verdict fail`, `tally`, `findings` > `finding fail` with `dl.found` and `p.rule`, `fold`, `passes` | a report |
//! | `part`, `missing`, `saved` | an editor's sections; what is missing; the saved state |
//! | `waits` | the one thing that waits for the reader |
//! | `tallies` > `big` | three or four large figures |
//! | `door`, `or` | sign-in and its like |
//! | `keys`, `kbd` | a hint at the keyboard |

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
#[cfg(test)]
mod tests;

pub use assets::{address as asset, router as assets};
pub use brand::{Brand, Colour, NotAColour};
pub use form::Form;
pub use frame::{Addresses, Frame, Link, Notice, NoticeKind, SearchBox, Section, Side, Theme, Visitor};
pub use layers::{FORM_BYTES_MAX, PAGE_TIMEOUT, RequestId, around, for_pages};
pub use live::{changes, last};
pub use page::{Page, check_samples, show, show_as};
pub use parts::{
    Badge, Block, Choice, Decision, DiskBar, Facet, Fact, Icon, LogLine, State, Step, Stretch, Tile, Turner,
    icon,
};
pub use problems::FrameFor;
pub use reader::{Reader, cookie};

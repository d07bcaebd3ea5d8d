//! The market's own face: its name, its logo, its one colour.

use std::fmt;

/// What the operator's configuration says about how the market looks.
#[derive(Debug, Clone)]
pub struct Brand {
    pub name: String,
    pub accent: Colour,
    /// The address of a logo, shown instead of the name's first letter.
    pub logo: Option<String>,
}

impl Default for Brand {
    fn default() -> Brand {
        Brand { name: "Halle".into(), accent: Colour { red: 0x70, green: 0x29, blue: 0x5a }, logo: None }
    }
}

/// A colour in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
}

/// What is no colour: six hexadecimal digits after `#` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #rrggbb")]
pub struct NotAColour;

/// The contrast that WCAG 2.2 AA asks of text.
const TEXT_CONTRAST: f64 = 4.5;
/// The paper of the light theme and the deepest surface on which accents stand in the dark one, as in `market.css`.
const PAPER: Colour = Colour { red: 0xf3, green: 0xf0, blue: 0xe8 };
const NIGHT: Colour = Colour { red: 0x2a, green: 0x27, blue: 0x23 };
const WHITE: Colour = Colour { red: 255, green: 255, blue: 255 };
const INK: Colour = Colour { red: 0x1d, green: 0x1a, blue: 0x16 };

impl Colour {
    pub fn parse(text: &str) -> Result<Colour, NotAColour> {
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NotAColour);
        }
        let part = |from: usize| u8::from_str_radix(&digits[from..from + 2], 16).map_err(|_| NotAColour);
        Ok(Colour { red: part(0)?, green: part(2)?, blue: part(4)? })
    }

    /// Relative luminance as WCAG defines it, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The colour, moved toward `end` just as far as it must be to be read on `ground`.
    fn readable_on(self, ground: Colour, end: Colour) -> Colour {
        (0..=20)
            .map(|step| self.toward(end, f64::from(step) / 20.0))
            .find(|colour| colour.contrast(ground) >= TEXT_CONTRAST)
            .unwrap_or(end)
    }

    fn toward(self, end: Colour, share: f64) -> Colour {
        let mix =
            |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
        Colour {
            red: mix(self.red, end.red),
            green: mix(self.green, end.green),
            blue: mix(self.blue, end.blue),
        }
    }

    /// Black or white, whichever is read better on this colour.
    fn ink(self) -> Colour {
        if self.contrast(WHITE) >= TEXT_CONTRAST { WHITE } else { INK }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl Brand {
    /// The stylesheet that carries the operator's colour, darkened or lightened until text in it can be read.
    pub fn stylesheet(&self) -> String {
        let light = self.accent.readable_on(PAPER, INK);
        let dark = self.accent.readable_on(NIGHT, WHITE);
        format!(
            ":root{{--accent:light-dark({light},{dark});--on-accent:light-dark({},{})}}\n",
            light.ink(),
            dark.ink()
        )
    }

    /// What stands for the market where there is no room for its name.
    pub fn initial(&self) -> String {
        self.name.chars().next().into_iter().flat_map(char::to_uppercase).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accent_can_be_read_in_both_themes() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let accent = Colour { red, green, blue };
                    for (ground, end) in [(PAPER, INK), (NIGHT, WHITE)] {
                        let shown = accent.readable_on(ground, end);
                        assert!(shown.contrast(ground) >= TEXT_CONTRAST, "{accent} as {shown} on {ground}");
                        assert!(shown.ink().contrast(shown) >= 4.5, "ink on {shown}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_colour_is_six_hexadecimal_digits() {
        assert_eq!(Colour::parse("#00ff7F").map(|colour| colour.to_string()), Ok("#00ff7f".to_owned()));
        for odd in ["", "#fff", "red", "#12345g", "#é1234"] {
            assert_eq!(Colour::parse(odd), Err(NotAColour), "{odd}");
        }
    }
}

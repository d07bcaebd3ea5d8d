//! The demo market's logos, drawn from a handful of shapes: flat, without text, the same bytes each time.

use serde::Deserialize;

/// Width and height of a logo.
pub const LOGO_PIXELS: u32 = 256;
/// Each pixel is looked at this often in each direction, so that edges are smooth.
const SAMPLES: u32 = 4;

/// A logo as data: a ground and what stands on it, in white.
#[derive(Debug, Deserialize)]
pub struct Art {
    /// `#rrggbb`
    pub ground: String,
    pub shapes: Vec<Shape>,
}

/// Coordinates are pixels from the upper left corner.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Middle and radius.
    Disc([f32; 3]),
    /// Middle, radius and width of the line.
    Ring([f32; 4]),
    /// From, to, and width: a line with round ends.
    Bar([f32; 5]),
    /// Corners, in order.
    Poly(Vec<[f32; 2]>),
}

impl Shape {
    fn covers(&self, x: f32, y: f32) -> bool {
        match self {
            Shape::Disc([cx, cy, radius]) => (x - cx).hypot(y - cy) <= *radius,
            Shape::Ring([cx, cy, radius, width]) => ((x - cx).hypot(y - cy) - radius).abs() <= width / 2.0,
            Shape::Bar([x1, y1, x2, y2, width]) => {
                let (dx, dy) = (x2 - x1, y2 - y1);
                let length_squared = (dx * dx + dy * dy).max(f32::EPSILON);
                let along = (((x - x1) * dx + (y - y1) * dy) / length_squared).clamp(0.0, 1.0);
                (x - x1 - along * dx).hypot(y - y1 - along * dy) <= width / 2.0
            }
            Shape::Poly(corners) => {
                let mut inside = false;
                for (n, [x1, y1]) in corners.iter().enumerate() {
                    let [x2, y2] = corners[(n + 1) % corners.len()];
                    if (*y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 {
                        inside = !inside;
                    }
                }
                inside
            }
        }
    }
}

/// The logo as a PNG.
pub fn draw(art: &Art) -> anyhow::Result<Vec<u8>> {
    let ground = colour(&art.ground)?;
    let mut pixels = Vec::with_capacity((LOGO_PIXELS * LOGO_PIXELS * 3) as usize);
    for y in 0..LOGO_PIXELS {
        for x in 0..LOGO_PIXELS {
            let mut covered = 0;
            for sample in 0..SAMPLES * SAMPLES {
                let at = |pixel: u32, n: u32| pixel as f32 + (n as f32 + 0.5) / SAMPLES as f32;
                let (px, py) = (at(x, sample % SAMPLES), at(y, sample / SAMPLES));
                covered += u32::from(art.shapes.iter().any(|shape| shape.covers(px, py)));
            }
            let mix = |part: u8| (u32::from(part) * (16 - covered) + 250 * covered) / (SAMPLES * SAMPLES);
            pixels.extend(ground.map(|part| mix(part) as u8));
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, LOGO_PIXELS, LOGO_PIXELS);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(file)
}

fn colour(text: &str) -> anyhow::Result<[u8; 3]> {
    let colour = house::web::Colour::parse(text)?;
    Ok([colour.red, colour.green, colour.blue])
}

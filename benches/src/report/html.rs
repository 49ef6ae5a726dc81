//! The report as a page with plots.

use plotters::prelude::*;

use super::Result;
use super::markdown::{cell, figure, target, verdict};
use super::result::{Curve, Report, Row};

const SIZE: (u32, u32) = (900, 360);

/// Returns the page, complete in one file.
///
/// # Errors
/// Fails if a plot cannot be drawn.
pub fn render(report: &Report) -> Result<String> {
    let head = ["", "unit", "ours", "peer", "ratio", "spread", "target", ""];
    let comparison = table(
        &head.map(str::to_owned),
        report.rows.iter().map(|row| {
            let spread = |(low, high)| format!("{}–{}", figure(low), figure(high));
            vec![
                row.title.to_owned(),
                row.unit.to_owned(),
                figure(row.compared.ours),
                row.compared.peer.map(figure).unwrap_or_default(),
                row.compared.ratio.map(figure).unwrap_or_default(),
                row.compared.spread.map(spread).unwrap_or_default(),
                row.target.map(target).unwrap_or_default(),
                verdict(row).to_owned(),
            ]
        }),
    );
    let mut others = String::new();
    for other in &report.tables {
        others.push_str(&format!(
            "<h2>{}</h2>\n<p>{}</p>\n{}",
            escaped(other.title),
            escaped(&other.about),
            table(&other.head, other.rows.iter().map(|row| row.iter().map(cell).collect())),
        ));
    }
    let ratios = plot_ratios(&report.rows)?;
    let overload = plot_curves(&report.overload)?;
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <title>What a request costs</title><style>\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em}}\
         table{{border-collapse:collapse}}td,th{{padding:.2em .8em;border-bottom:1px solid #ddd;\
         text-align:right}}td:first-child,th:first-child{{text-align:left}}</style></head><body>\n\
         <h1>What a request costs, ours and the peer's</h1>\n<p>{} · {} · {} · {} rounds{}</p>\n\
         <h2>Ratios</h2>\n{ratios}\n{comparison}{others}{overload}\n</body></html>\n",
        escaped(&report.date),
        escaped(&report.machine),
        escaped(&report.built_with),
        report.rounds,
        if report.quick { " · a short run" } else { "" },
    ))
}

fn table(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let row = |cells: &[String], tag: &str| {
        let cells = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell)));
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    let rows: String = rows.map(|cells| row(&cells, "td")).collect();
    format!("<table>{}{rows}</table>\n", row(head, "th"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Returns one bar for each ratio with a target, and a mark where the target is.
fn plot_ratios(rows: &[Row]) -> Result<String> {
    let rows: Vec<(&Row, f64)> = rows
        .iter()
        .filter(|row| row.target.is_some())
        .filter_map(|row| Some((row, row.compared.ratio?)))
        .collect();
    if rows.is_empty() {
        return Ok("<p>Without a peer there are no ratios.</p>".to_owned());
    }
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let highest = rows.iter().map(|(_, ratio)| *ratio).fold(1.0, f64::max) * 1.1;
        let count = rows.len();
        let mut chart = ChartBuilder::on(&area)
            .margin(10)
            .x_label_area_size(30)
            .y_label_area_size(240)
            .build_cartesian_2d(0.0..highest, 0.0..count as f64)?;
        let name = |place: &f64| {
            let index = place.floor();
            let found = rows.iter().zip(0_u32..).find(|(_, row)| f64::from(*row) == index);
            found.map(|((row, _), _)| row.key.to_owned()).unwrap_or_default()
        };
        chart
            .configure_mesh()
            .disable_y_mesh()
            .y_labels(count)
            .y_label_formatter(&name)
            .x_desc("ours ÷ peer")
            .draw()?;
        chart.draw_series(rows.iter().zip(0_u32..).map(|((_, ratio), row)| {
            let row = f64::from(row);
            Rectangle::new([(0.0, row + 0.2), (*ratio, row + 0.8)], BLUE.mix(0.6).filled())
        }))?;
        area.present()?;
    }
    Ok(svg)
}

/// Plots megabytes over seconds.
fn plot_curves(curves: &[Curve]) -> Result<String> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let longest = points().map(|(seconds, _)| *seconds).fold(1.0, f64::max);
    let highest = points().map(|(_, megabytes)| *megabytes).fold(1.0, f64::max) * 1.1;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(10)
            .x_label_area_size(40)
            .y_label_area_size(50)
            .build_cartesian_2d(0.0..longest, 0.0..highest)?;
        chart.configure_mesh().x_desc("seconds").y_desc("MB").draw()?;
        for (index, curve) in curves.iter().enumerate() {
            let colour = Palette99::pick(index).to_rgba();
            chart
                .draw_series(LineSeries::new(curve.points.iter().copied(), &colour))?
                .label(curve.title.clone())
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 16, y)], colour));
        }
        chart.configure_series_labels().background_style(WHITE.mix(0.8)).draw()?;
        area.present()?;
    }
    Ok(svg)
}

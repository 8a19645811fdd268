"""What the tabs share: a knob's `controls`, `html` drawings (by the templates of `ui.templates`),
the `loss_chart`, `comparison` and `robustness` of an answer, the `painter` of masks, the `frame` of
the crop on a photo, what goes into the page's `address`, how `events` run, and
the `turn` of what a visitor starts and stops."""

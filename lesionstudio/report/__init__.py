"""What is shown on paper: one self-contained HTML file a judgement. matplotlib and Jinja2; it reads no scan."""

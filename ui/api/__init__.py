"""What programs call: one endpoint a tab, `/project`, `/compare`, `/restore` and `/edit`; each
function's docstring is what the API documentation of the page shows."""

"""Reading the APIs of source systems: `hub sync SOURCE`."""

"""The light meter: where a grey card is put on the exposure axis."""

METER_LUX_S = 12.5  # over the exposure index: where a meter puts an 18 % grey (ISO 5800)
GREY = 0.18  # reflectance of the card that the meter is pointed at

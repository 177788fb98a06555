"""Light and the eye: spectra, colours, displays, the meter. No film in here."""

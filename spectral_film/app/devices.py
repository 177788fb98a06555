"""`spectral-film devices`: what could run, and what would."""

import typer


def devices() -> None:
    """List the OpenCL devices, and the one that would run."""
    from spectral_film.device.device import all_devices, open_device

    would_run = open_device()
    for device in all_devices():
        mark = "*" if device in (would_run.opencl, would_run.parent) else " "
        typer.echo(
            f"{mark} {device.name.strip()} ({device.platform.name.strip()}), "
            f"{device.max_compute_units} compute units, {device.global_mem_size / 2**30:.1f} GiB, "
            f"driver {device.driver_version}"
        )

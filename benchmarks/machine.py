"""What figures were measured on: processor, cores, instruction sets, matrix products, system, how busy it was."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

SETS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd", "sve")


def machine() -> dict[str, Any]:
    """The machine at this moment."""
    information = cpu_information()
    flags = set((information.get("flags") or information.get("Features") or "").split())
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": information.get("model name") or platform.processor() or platform.machine(),
        "family": "/".join(information.get(key, "") for key in ("vendor_id", "cpu family", "model")).strip("/"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "instructions": [name for name in SETS if name in flags],
        "blas": blas(),
        "cache": information.get("cache size", ""),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def blas() -> str:
    """The library of NumPy's matrix products, and the processor that it computes them for."""
    from threadpoolctl import threadpool_info

    import_module("numpy")  # which brings it along
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return ", ".join(
        f"{library['internal_api']} {library['version']} for {library.get('architecture', '?')}" for library in found
    )


def cpu_information(path: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """The first processor's entries, where Linux tells them."""
    if not path.exists():
        return {}
    entries = path.read_text(encoding="utf-8").split("\n\n", maxsplit=1)[0].splitlines()
    pairs = (entry.partition(":") for entry in entries)
    return {key.strip(): value.strip() for key, _, value in pairs}


def sentence(found: dict[str, Any]) -> str:
    """The machine in one line."""
    sets = ", ".join(found["instructions"]) or "no vector extensions"
    return (
        f"{found['date']}: {found['processor']} ({found['family']}), {found['cores']} cores, {sets}, {found['blas']}, "
        f"{found['memory_gib']:g} GiB, {found['system']}, Python {found['python']}; "
        f"load average at the start {found['load']:g}"
    )

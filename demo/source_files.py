"""All files of the demo, in their real formats, with the same bytes for the same day and secret."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from demo import (
    anomaly_files,
    carnet_files,
    cnaf_files,
    contact_files,
    dsp_files,
    ft_answers_files,
    ft_files,
    journey_files,
    offers_files,
    ouiform_files,
    rdvi_files,
    rights_files,
    rsa_answers_files,
    told_files,
)


def write(folder: Path, today: date, secret: bytes) -> dict[str, tuple[Path, ...]]:
    """Write the files under `folder`; return them by the name of their source, in the order of ingestion."""
    sound = {
        "cnaf-flux": cnaf_files.write(folder, today),
        "cnaf-contact": contact_files.write(folder, today),
        "rdv-insertion": rdvi_files.write(folder, today, secret),
        "ft-extrait": ft_files.write(folder, today),
        "france-travail": ft_answers_files.write(folder, today),
        "ft-actions": ft_files.write_actions(folder, today),
        "api-particulier": rsa_answers_files.write(folder, today),
        **offers_files.write(folder, today),
        **journey_files.write(folder, today),
        "ouiform": ouiform_files.write(folder, today),
        **told_files.write(folder, today),
        "carnet-structures": carnet_files.write_structures(folder),
        "carnet-de-bord": carnet_files.write(folder, today),
        "dsp": dsp_files.write(folder, today),
        "droits": rights_files.write(folder, today),
    }
    unsound = anomaly_files.write(sound, today, secret)
    return {source: (*paths, *unsound.get(source, ())) for source, paths in sound.items()}

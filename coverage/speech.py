"""Speech in noise: spectrum of a voice and the speech transmission index, IEC 60268-16:2011 (edition 4).

Octave bands of iso9613.BANDS_HZ; the index uses those from 125 Hz up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.coverage.iso9613 import A_WEIGHT_DB

# male voice, level of each octave band for an A-weighted total of 0 dB (63 Hz carries no speech)
VOICE_DB = np.array([-99.0, 2.9, 2.9, -0.8, -6.8, -12.8, -18.8, -24.8])
_ALPHA = np.array([0.085, 0.127, 0.230, 0.233, 0.309, 0.224, 0.173])  # male weights, 125 Hz to 8 kHz
_BETA = np.array([0.085, 0.078, 0.065, 0.011, 0.047, 0.095])  # redundancy of neighbouring bands


def transmission_index(speech_db: ArrayLike, noise_db: ArrayLike) -> NDArray[np.float64]:
    """The speech transmission index, 0 to 1, of octave-band levels (last axis, 8 bands) against steady noise.

    Echoes, reverberation and masking between bands are left out, so it is the best that noise allows.
    """
    snr = (np.asarray(speech_db, dtype=np.float64) - np.asarray(noise_db, dtype=np.float64))[..., 1:]
    mti = np.clip((snr + 15.0) / 30.0, 0.0, 1.0)
    pairs = np.sqrt(mti[..., :-1] * mti[..., 1:])
    return np.asarray(np.clip(mti @ _ALPHA - pairs @ _BETA, 0.0, 1.0))


def noise_bands_db(level_dba: ArrayLike, slope_db_per_octave: float) -> NDArray[np.float64]:
    """Octave-band levels in dB, shape (..., 8), of noise with a straight spectrum and that total in dB(A)."""
    shape = slope_db_per_octave * np.arange(8.0)
    total = 10.0 * np.log10(np.sum(10.0 ** ((shape + A_WEIGHT_DB) / 10.0)))
    return np.asarray(np.asarray(level_dba, dtype=np.float64)[..., None] + shape - total)

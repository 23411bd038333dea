/** Nanoseconds of a clock that never goes back. On workerd it stands still while code runs and moves on with I/O. */
export const now = () => BigInt(Math.round(performance.now() * 1e6))

/** Milliseconds of a duration in nanoseconds, of which the manifests have some; `other` where there is none. */
export const milliseconds = (nanoseconds, other) => (nanoseconds === undefined ? other : Number(nanoseconds) / 1e6)

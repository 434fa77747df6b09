namespace Superhero.Chaos;

/// <summary>What a run does.</summary>
/// <param name="Seed">Fixes the games and the schedule.</param>
/// <param name="Games">How many games end.</param>
/// <param name="Length">For how long they do, and things are broken.</param>
/// <param name="Hang">For how long the disk hangs.</param>
/// <param name="KeepsRedis">Whether no fault ends or replaces the Redis that takes writes.</param>
/// <param name="CompactAfter">COMPACT_AFTER of the silos, in seconds; 0 for no compaction.</param>
public sealed record ChaosOptions(int Seed, int Games, TimeSpan Length, TimeSpan Hang, bool KeepsRedis = false, int CompactAfter = 2);

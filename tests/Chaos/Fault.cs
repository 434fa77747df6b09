using Superhero.Testing;

namespace Superhero.Chaos;

/// <summary>A way to break things.</summary>
/// <param name="Column">Its column in the table of results.</param>
/// <param name="Weight">How likely it comes again, once each fault has come. A pause takes long and a fault of Redis disturbs all silos, so
/// these come less often. The disk hangs only once, because all games wait for it.</param>
/// <param name="InjectAsync">Breaks the cluster. What takes longer continues in the background.</param>
/// <param name="IsPossible">Whether this machine has what the fault needs.</param>
/// <param name="ReplacesRedis">Whether it ends or replaces the Redis that takes writes.</param>
public sealed record Fault(string Column, int Weight, Func<VictimCluster, CancellationToken, Task> InjectAsync, bool IsPossible = true, bool ReplacesRedis = false)
{
    /// <summary>All faults.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        new("kills", 3, (cluster, _) => cluster.KillAsync()),
        new("pauses", 2, (cluster, token) => cluster.PauseAsync(token)),
        new("Redis restarts", 1, (cluster, token) => cluster.RestartRedisAsync(token), ReplacesRedis: true),
        new("failovers", 1, (cluster, _) => cluster.FailOverAsync(), ReplacesRedis: true),
        new("lags", 1, (cluster, token) => cluster.PromoteLaggingReplicaAsync(token), ReplacesRedis: true),
        new("flushes", 1, (cluster, _) => cluster.FlushScriptsAsync()),
        new("hangs", 0, (cluster, token) => cluster.HangDiskAsync(token)),
        new("drops", 1, (cluster, _) => cluster.DropSubscribersAsync()),
        new("clock steps", 2, (cluster, _) => cluster.StepClockAsync(), FakeTime.IsInstalled),
        new("replaced", 1, (cluster, _) => cluster.ReplaceAsync()),
        new("full restarts", 0, (cluster, _) => cluster.RestartAllAsync()),
    ];

    /// <summary>Those that this machine can inject.</summary>
    public static IReadOnlyList<Fault> Possible { get; } = [.. All.Where(fault => fault.IsPossible)];
}

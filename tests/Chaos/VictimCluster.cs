using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Testing;

namespace Superhero.Chaos;

/// <summary>Silos, a Redis master with two replicas, and a disk. Each can be broken in several ways.</summary>
public sealed class VictimCluster : IAsyncDisposable
{
    private const int SiloCount = 4;
    private const int Replicas = 2;

    // The silos keep the machine busy, and sentinels must not promote a replica that the master has lost.
    private static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan MaxOutage = 1.5 * DownAfter;
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(2);
    private static readonly string[] Steps = ["-1h", "+1h", "-90s", "+90s"];

    private readonly ChaosOptions _options;
    private readonly Action<string> _say;
    private readonly FreezableDisk _disk;
    private readonly SiloCluster _cluster;
    private readonly Random _random;
    private readonly ConcurrentDictionary<SiloProcess, FakeTime> _clocks = [];
    private readonly ConcurrentDictionary<SiloProcess, bool> _paused = [];
    private readonly List<Task> _background = [];

    private VictimCluster(ChaosOptions options, Action<string> say, FreezableDisk disk, SiloCluster cluster)
    {
        (_options, _say, _disk, _cluster) = (options, say, disk, cluster);
        _random = new Random(options.Seed);
    }

    /// <summary>The silos, Redis and the output.</summary>
    public SiloCluster Cluster => _cluster;

    /// <summary>The silos that run and are not paused. A silo that learned that it was declared dead has ended.</summary>
    public List<SiloProcess> Running => [.. _cluster.Silos.ToArray().Where(silo => !silo.Process.HasExited && !_paused.ContainsKey(silo))];

    /// <summary>Starts Redis. No silo runs yet.</summary>
    /// <param name="options">What the run does.</param>
    /// <param name="say">Told of what happens, a line at a time, on any thread.</param>
    public static async Task<VictimCluster> StartAsync(ChaosOptions options, Action<string> say)
    {
        var disk = new FreezableDisk();
        return new VictimCluster(options, say, disk, SiloCluster.On(
            await RealRedis.StartWatchedAsync(Replicas, (int)DownAfter.TotalMilliseconds), ("OUTPUT_DIR", disk.Path), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"), ("SWEEP_INTERVAL", "2"),
            ("COMPACT_AFTER", options.CompactAfter.ToString(CultureInfo.InvariantCulture))));
    }

    /// <summary>The name of a silo.</summary>
    public string NameOf(SiloProcess silo) => $"silo-{_cluster.Silos.IndexOf(silo) + 1}";

    /// <summary>Starts silos in place of those that have ended.</summary>
    public void Supervise()
    {
        while (_cluster.Silos.Count(silo => !silo.Process.HasExited) < SiloCount)
        {
            var clock = FakeTime.IsInstalled ? new FakeTime() : null;
            var silo = _cluster.Launch(clock?.Variables ?? []);
            if (clock is not null)
            {
                _clocks[silo] = clock;
            }

            _say($"{NameOf(silo)} is started");
        }
    }

    /// <summary>Waits until what was broken for a time works again.</summary>
    public Task RecoverAsync() => Task.WhenAll(_background);

    /// <summary>Kills a silo with SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (Choose() is { } silo)
        {
            _say($"{NameOf(silo)} is killed");
            await KillAsync(silo);
        }
    }

    /// <summary>Kills all silos at once.</summary>
    public async Task RestartAllAsync()
    {
        _say("all silos are killed");
        await Task.WhenAll(Running.Select(KillAsync));
    }

    /// <summary>Stops a silo with SIGSTOP until the others have declared it dead, and then lets it continue.</summary>
    public Task PauseAsync(CancellationToken cancellationToken)
    {
        if (Choose() is { } silo)
        {
            _paused[silo] = true;
            SiloCluster.Signal(silo, "STOP");
            _background.Add(ContinueAsync(silo, cancellationToken));
        }

        return Task.CompletedTask;
    }

    /// <summary>Tells a silo to stop.</summary>
    public Task ReplaceAsync()
    {
        if (Choose() is { } silo)
        {
            _say($"{NameOf(silo)} is told to stop");
            SiloCluster.Signal(silo, "TERM");
        }

        return Task.CompletedTask;
    }

    /// <summary>Sets the machine's clock of a silo by up to an hour.</summary>
    public Task StepClockAsync()
    {
        if (Choose() is { } silo)
        {
            var step = Steps[_random.Next(Steps.Length)];
            _say($"the clock of {NameOf(silo)} is set to {step}");
            _clocks[silo].Set(step);
        }

        return Task.CompletedTask;
    }

    /// <summary>Kills the Redis that takes writes with SIGKILL and starts it again, with what it had on its disk; a replica may have taken
    /// over meanwhile.</summary>
    public async Task RestartRedisAsync(CancellationToken cancellationToken)
    {
        await _cluster.Redis.WaitForReplicasAsync();
        _say("Redis is killed");
        await _cluster.Redis.StopAsync();
        await Task.Delay(MaxOutage * _random.NextDouble(), cancellationToken);
        await _cluster.Redis.StartAgainAsync();
    }

    /// <summary>Lets sentinels make a replica the master.</summary>
    public async Task FailOverAsync()
    {
        await _cluster.Redis.WaitForReplicasAsync();
        _say("a replica takes over");
        await _cluster.Redis.FailOverAsync();
    }

    /// <summary>Lets the replica that sentinels prefer lag behind the other one, and kills the master meanwhile.</summary>
    public async Task PromoteLaggingReplicaAsync(CancellationToken cancellationToken)
    {
        await _cluster.Redis.WaitForReplicasAsync();
        _say("the preferred replica lags");
        _cluster.Redis.FreezePreferredReplica();
        await Task.Delay(Lag, cancellationToken);
        _say("Redis is killed");
        await _cluster.Redis.StopAsync();
        await _cluster.Redis.WaitForMasterAsync();
        _cluster.Redis.ThawReplica();
        await _cluster.Redis.StartAgainAsync();
    }

    /// <summary>Makes Redis forget all scripts.</summary>
    public Task FlushScriptsAsync()
    {
        _say("the scripts are flushed");
        return _cluster.Redis.FlushScriptsAsync();
    }

    /// <summary>Drops the connections of all subscribers.</summary>
    public Task DropSubscribersAsync()
    {
        _say("the subscribers are dropped");
        return _cluster.Redis.DropSubscribersAsync();
    }

    /// <summary>Lets the disk hang.</summary>
    public Task HangDiskAsync(CancellationToken cancellationToken)
    {
        _say("the disk hangs");
        _disk.Freeze();
        _background.Add(ThawAsync(cancellationToken));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _disk.Dispose();
        foreach (var clock in _clocks.Values)
        {
            clock.Dispose();
        }
    }

    private static async Task KillAsync(SiloProcess silo)
    {
        silo.Process.Kill();
        await silo.Process.WaitForExitAsync();
    }

    private SiloProcess? Choose() => Running is { Count: > 0 } up ? up[_random.Next(up.Count)] : null;

    private async Task ContinueAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        var pause = Stopwatch.StartNew();
        while (pause.Elapsed < MaxPause && !await IsDeclaredDeadAsync(silo))
        {
            await Task.Delay(200, cancellationToken);
        }

        _say($"{NameOf(silo)} continues after a pause of {pause.Elapsed.TotalSeconds:0} s, {(await IsDeclaredDeadAsync(silo) ? "declared dead" : "alive")}");
        SiloCluster.Signal(silo, "CONT");
        _paused.TryRemove(silo, out _);
    }

    private async Task ThawAsync(CancellationToken cancellationToken)
    {
        // Cancelled or not, a frozen disk cannot be unmounted.
        await Task.Delay(_options.Hang, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _disk.Thaw();
        _say("the disk answers again");
    }

    private async Task<bool> IsDeclaredDeadAsync(SiloProcess silo)
    {
        if (_cluster.Events(_cluster.Silos.IndexOf(silo) + 1).FirstOrDefault(one => one.Id == LogEvents.SiloStarted) is not { } started)
        {
            return false;
        }

        try
        {
            var members = await _cluster.Redis.Database.HashGetAllAsync("superhero/members/superhero");
            var mine = members.Select(member => (string)member.Value!)
                .Where(member => member.Contains($":{started.Values["Port"]}@", StringComparison.Ordinal)).ToList();
            return mine.Count > 0 && mine.All(member => member.Contains("\"Status\":6", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return false;
        }
    }
}

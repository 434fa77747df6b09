using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Superhero.Grains.Statistics;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Chaos;

/// <summary>One run: games end while a schedule breaks the cluster, and what came of them is counted.</summary>
public sealed class ChaosRun : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    private readonly ChaosOptions _options;
    private readonly Action<string> _say;
    private readonly VictimCluster _victims;
    private readonly SiloCluster _cluster;
    private readonly MemoryPeaks _memory;
    private readonly Stopwatch _running = Stopwatch.StartNew();
    private readonly Dictionary<Fault, int> _faults = [];
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _written = [];
    private readonly List<FileSystemWatcher> _watchers = [];

    private ChaosRun(ChaosOptions options, Action<string> say, VictimCluster victims, MemoryPeaks memory)
    {
        (_options, _say, _victims, _cluster, _memory) = (options, say, victims, victims.Cluster, memory);
    }

    /// <summary>Runs it.</summary>
    /// <param name="options">What it does.</param>
    /// <param name="say">Told of what happens, a line at a time, on any thread.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<Figures> RunAsync(ChaosOptions options, Action<string> say, CancellationToken cancellationToken)
    {
        ChaosRun? run = null;
        await using var victims = await VictimCluster.StartAsync(options, line => run!.Say(line));
        var memory = new MemoryPeaks();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using (run = new ChaosRun(options, say, victims, memory))
        {
            var sampling = memory.SampleAsync(() => victims.Running, end.Token);
            try
            {
                return await run.RunAsync(cancellationToken);
            }
            finally
            {
                await end.CancelAsync();
                await sampling;
            }
        }
    }

    public void Dispose() => _watchers.ForEach(watcher => watcher.Dispose());

    private async Task<Figures> RunAsync(CancellationToken cancellationToken)
    {
        Watch();
        _victims.Supervise();
        await _cluster.WaitUntilListeningAsync(_cluster.Silos.Count);
        _running.Restart();
        foreach (var fault in Fault.All.Except(Fault.Possible))
        {
            Say($"this machine cannot inject {fault.Column}");
        }

        var publisher = new Publisher(_cluster.Redis.Connection, _options);
        var publishing = publisher.PublishAsync(cancellationToken);
        foreach (var (at, fault) in Schedule.Of(_options))
        {
            if (at - _running.Elapsed is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, cancellationToken);
            }

            _faults[fault] = _faults.GetValueOrDefault(fault) + 1;
            await fault.InjectAsync(_victims, cancellationToken);
            _victims.Supervise();
        }

        await publishing;
        await _victims.RecoverAsync();
        _victims.Supervise();
        Say($"All games have ended; silos that are up: {_victims.Running.Count}");
        await UntilQuietAsync(cancellationToken);
        return await CountAsync(publisher, cancellationToken);
    }

    // Once they are compacted, nothing else tells when they were written.
    private void Watch()
    {
        foreach (var table in TableSchema.OfGames)
        {
            var watcher = new FileSystemWatcher(Directory.CreateDirectory(Path.Combine(_cluster.Output, table.Folder)).FullName) { InternalBufferSize = 1 << 20 };
            watcher.Created += (_, created) =>
            {
                if (GameFile.Parse(created.Name!) is { } file)
                {
                    _written[file.Token] = DateTimeOffset.UtcNow;
                }
            };
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
    }

    private async Task UntilQuietAsync(CancellationToken cancellationToken)
    {
        var waiting = Stopwatch.StartNew();
        while (waiting.Elapsed < Timeout && IsBusy())
        {
            await Task.Delay(500, cancellationToken);
            _victims.Supervise();
        }
    }

    private bool IsBusy()
    {
        try
        {
            return _cluster.Redis.GameKeys().Length > 0 || _cluster.TemporaryFiles().Length > 0 || IsCompacting();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The last failover is not over.
            return true;
        }
    }

    private bool IsCompacting() => _options.CompactAfter > 0 && SingleFiles() > 0;

    private int SingleFiles() => TableSchema.OfGames.Sum(table => _cluster.Files(table.Name).Length);

    private async Task<Figures> CountAsync(Publisher publisher, CancellationToken cancellationToken)
    {
        var seconds = _running.Elapsed.TotalSeconds;
        var finished = publisher.Finished.Select(token => token.ToString()).ToHashSet();
        var tables = await Task.WhenAll(TableSchema.OfGames.Select(FilesOfGamesAsync));
        var expected = publisher.Rows().ToLookup(row => row.Game);
        var rows = (await RowsAsync()).ToLookup(row => row.Game);
        var logs = Enumerable.Range(1, _cluster.Silos.Count).Select(_cluster.Log).ToList();
        var events = Enumerable.Range(1, _cluster.Silos.Count).SelectMany(_cluster.Events).ToList();
        var keys = _cluster.Redis.GameKeys();
        var verification = new Verification(LocalOutputStore.Open(_cluster.Output), problem => Say($"verify: {problem}"), _ => { });
        await verification.RunAsync(cancellationToken);
        foreach (var key in keys.Take(10))
        {
            Say($"left: {key}");
        }

        // Whoever has not done all in time says why.
        foreach (var server in keys.Length > 0 ? _cluster.Redis.Connection.GetServers() : [])
        {
            Say($"  {server.EndPoint}: replica by the client {server.IsReplica}, "
                + $"{string.Join(' ', ((RedisResult[])(await server.ExecuteAsync("ROLE"))!).Select(part => part.ToString()))}, "
                + $"{server.Keys(pattern: "games:*").Count()} keys of games, {server.Keys(pattern: "superhero/record/*").Count()} records, "
                + $"{server.InfoRaw("replication")?.ReplaceLineEndings(" ")}");
        }

        foreach (var silo in keys.Length > 0 ? _victims.Running : [])
        {
            foreach (var line in _cluster.Log(_cluster.Silos.IndexOf(silo) + 1).TrimEnd().Split('\n').TakeLast(20))
            {
                Say($"  {_victims.NameOf(silo)}: {line}");
            }
        }

        var wrong = finished.Concat(tables.SelectMany(table => table.Keys)).Distinct()
            .Where(game => !finished.Contains(game) || tables.Any(table => table.GetValueOrDefault(game) != 1)).ToList();
        foreach (var line in wrong.Count > 0 ? _cluster.Redis.Failovers() : [])
        {
            Say($"  sentinel: {line}");
        }

        foreach (var game in wrong.Take(10))
        {
            Say($"wrong: {game}, ended at {publisher.Ended[Guid.Parse(game)]:HH:mm:ss.fff}, in META {tables[0].GetValueOrDefault(game)} times, in PODIUM {tables[1].GetValueOrDefault(game)} times, "
                + (_cluster.Redis.Database.KeyExists(Publisher.Mark(game)) ? "published" : "never published"));
            foreach (var (log, silo) in logs.Select((log, i) => (log, i + 1)))
            {
                foreach (var line in log.Split('\n').Where(line => line.Contains(game, StringComparison.Ordinal)))
                {
                    Say($"  silo-{silo}: {line}");
                }
            }
        }

        return new Figures(
            _options.Seed,
            seconds,
            _faults,
            finished.Count,
            publisher.Unannounced,
            finished.Count(game => tables.All(table => table.GetValueOrDefault(game) == 1)
                && expected[game].OrderBy(row => row.User).SequenceEqual(rows[game].OrderBy(row => row.User))),
            finished.Count(game => tables.Any(table => !table.ContainsKey(game))),
            tables.SelectMany(table => table).Where(game => game.Value > 1 || !finished.Contains(game.Key)).DistinctBy(game => game.Key).Count(),
            events.Count(one => one.Id == LogEvents.Resumed),
            events.Where(one => one.Id == LogEvents.SweepFound).Sum(one => int.Parse(one.Values["Count"], CultureInfo.InvariantCulture)),
            (long)_cluster.Redis.Database.HashGet(StatisticsKeys.Totals, "loaded"),
            await CompactedAsync(),
            SingleFiles(),
            verification.Problems,
            Slowest(publisher),
            PeakMemory(),
            _cluster.TemporaryFiles().Length,
            keys.Length);
    }

    // An independent reader's count of each game once.
    private async Task<long> CompactedAsync()
    {
        var table = Path.Combine(_cluster.Output, TableSchema.Session.DeltaFolder.TrimEnd('/'));
        return !Directory.Exists(table) ? 0
            : (await IndependentReaders.ClickHouseAsync($"SELECT count() = uniqExact(game_token) ? count() : -1 FROM deltaLakeLocal('{table}')")) is [[var games]] ? Number(games) : -1;
    }

    // In how many files each game is, its own and the parts of the snapshot.
    private async Task<Dictionary<string, int>> FilesOfGamesAsync(TableSchema table) =>
        DuckDb.Query($"SELECT game_token, count(DISTINCT filename) FROM {await FilesAsync(table)} GROUP BY 1").ToDictionary(row => row[0], row => int.Parse(row[1], CultureInfo.InvariantCulture));

    // What is twice in a file is twice in these.
    private async Task<IEnumerable<ExpectedRow>> RowsAsync() => DuckDb.Query(
        $"""
        SELECT game_token, user_token, rank, rounds, damage_received, damage_sent, superhero_id
        FROM {await FilesAsync(TableSchema.Podium)} podium JOIN {await FilesAsync(TableSchema.Meta)} meta USING (game_token, user_token)
        """).Select(row => new ExpectedRow(row[0], row[1], (int)Number(row[2]), (int)Number(row[3]), Number(row[4]), Number(row[5]), (int)Number(row[6])));

    private async Task<string> FilesAsync(TableSchema table)
    {
        var single = Directory.GetFiles(Path.Combine(_cluster.Output, table.Folder), $"*{GameFile.Extension}");
        var parts = await Compaction.PartsAsync(LocalOutputStore.Open(_cluster.Output), TableSchema.Compacted.First(one => one.Name == table.Name));
        var files = single.Concat(parts.Select(part => Path.Combine(_cluster.Output, part))).Select(file => $"'{file}'");
        return $"read_parquet([{string.Join(", ", files)}], filename = true, union_by_name = true, hive_partitioning = false)";
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private double Slowest(Publisher publisher) => _written
        .Max(file => (file.Value - publisher.Ended.GetValueOrDefault(file.Key, DateTimeOffset.MaxValue)).TotalSeconds);

    private int PeakMemory()
    {
        Say($"peaks of memory in MiB: {string.Join(", ", _memory.Peaks.Select(peak => $"{_victims.NameOf(peak.Key)} {peak.Value}"))}");
        return _memory.Peaks.Values.Max();
    }

    private void Say(string line) => _say($"{_running.Elapsed.TotalSeconds,6:0.0} s  {line}");
}

using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Grains.Games;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>Silos whose disk does not answer.</summary>
[Trait("Category", "Integration")]
public sealed class HungDiskTests : IDisposable
{
    private readonly FreezableDisk _disk = new();
    private bool _frozen;

    public void Dispose()
    {
        if (_frozen)
        {
            _disk.Thaw();
        }

        _disk.Dispose();
    }

    [Fact]
    public async Task Silo_whose_disk_hangs_claims_no_more_games_than_it_can_have_in_work_and_loads_all_once_it_answers()
    {
        await using var cluster = await LaunchAsync();
        Freeze(frozen: true);
        var games = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
        await AnnounceAsync(cluster, games);
        var answer = await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.ServiceUnavailable);
        Assert.Contains("does not answer; games wait in Redis meanwhile", answer, StringComparison.Ordinal);

        // Meanwhile messages and the sweep ask for the other games.
        await cluster.Redis.WaitForPassesAsync(5);
        Assert.InRange(Claimed(cluster), 1, GameAdmission.MaxGames);
        Assert.DoesNotContain(cluster.Events(1), one => one.Id is LogEvents.MessagesDropped or LogEvents.DeliveryFailed);

        Freeze(frozen: false);
        await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.OK);
        await cluster.Redis.WaitUntilCleanedAsync(cluster.Describe);
        GameAssertions.HasRows(games, cluster.Output);
    }

    /// <summary>Runs by command only: it takes minutes, and gigabytes in Redis.</summary>
    [Fact(Explicit = true)]
    public async Task Memory_of_a_silo_whose_disk_hangs_is_bounded_while_20_000_long_games_end()
    {
        const int Count = 20_000;
        const int Lines = 1000;
        await using var cluster = await LaunchAsync();
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        await cluster.Redis.Server.ConfigSetAsync("list-compress-depth", "1");
        var before = Resident(cluster.Silos[0]);
        Freeze(frozen: true);
        List<MadeGame> games = [];
        foreach (var some in Enumerable.Range(0, Count).Chunk(50))
        {
            var made = await Task.WhenAll(some.Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
            await Task.WhenAll(made.Select(game => cluster.Redis.Database.ListRightPushAsync(game.Keys.Logs, [.. Enumerable.Repeat((RedisValue)game.Line, Lines - 1)])));
            await AnnounceAsync(cluster, made);
            games.AddRange(made);
            if (games.Count % 2000 == 0)
            {
                Say($"{games.Count} games have ended, {Claimed(cluster)} are claimed");
            }
        }

        for (var i = 0; i < 10; i++)
        {
            await cluster.Redis.WaitForPassesAsync(5);
            Say($"the disk hangs, {Claimed(cluster)} are claimed");
        }

        Freeze(frozen: false);
        for (var loaded = 200; loaded <= Count; loaded += 200)
        {
            await Eventually.HoldsAsync(() => cluster.Files("GAME_PODIUM").Length > loaded, () => $"{loaded} games. {cluster.Describe()}");
            if (loaded % 2000 == 0)
            {
                Say($"{loaded} games are loaded");
            }
        }

        await Task.Delay(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Say("a minute later");
        Assert.DoesNotContain(cluster.Events(1), one => one.Level >= LogLevel.Warning);

        void Say(string what)
        {
            TestContext.Current.SendDiagnosticMessage($"{what}; MiB: {Resident(cluster.Silos[0]):0}, {before:0} at the start");
            Assert.InRange(Resident(cluster.Silos[0]), 0, 400);
        }
    }

    private static int Claimed(SiloCluster cluster) => cluster.Redis.Server.Keys(pattern: "superhero/record/*").Count();

    private static Task AnnounceAsync(SiloCluster cluster, IEnumerable<MadeGame> games) =>
        Task.WhenAll(games.SelectMany(game => new[] { MadeGame.User, MadeGame.Enemy }.Select(user => cluster.AnnounceAsync(game.Keys.Token, user))));

    private static double Resident(SiloProcess silo)
    {
        silo.Process.Refresh();
        return silo.Process.WorkingSet64 / 1048576.0;
    }

    private async Task<SiloCluster> LaunchAsync()
    {
        var cluster = await SiloCluster.StartAsync(1, [.. ClusterBase.Cleaning, ("OUTPUT_DIR", _disk.Path)]);
        await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.OK);
        return cluster;
    }

    private void Freeze(bool frozen)
    {
        (frozen ? _disk.Freeze : (Action)_disk.Thaw)();
        _frozen = frozen;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Silo.Subscriber;
using Superhero.Simulator.Heroes;
using Superhero.Simulator.Players;
using Superhero.Simulator.Server;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class LivePlayTests
{
    private const int Bots = 8;
    private const int Games = 12;

    [Fact]
    public async Task Cleaning_disturbs_no_player_and_leaves_no_key()
    {
        await using var cluster = await InProcessCluster.StartAsync(2, [.. ClusterBase.Cleaning, ("REDIS_EXPIRY", "1")]);
        var redis = cluster.Redis.Connection;
        await Roster.Own().StoreAsync(redis);
        ConcurrentDictionary<Guid, bool> announced = [];
        await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal(LogChannel.Lobby), (_, message) =>
        {
            if (GameFinishedMessageParser.TryParse(message, out var announcement))
            {
                announced[announcement.Game] = true;
            }
        });

        var port = Ports.Free();
        await using var server = SimulatorServer.Build(
            new ServerOptions
            {
                Host = "127.0.0.1",
                Port = port,
                Sleep = TimeSpan.FromMilliseconds(5),
                LobbyTimeout = TimeSpan.FromMilliseconds(60),
                LoggerModule = LoggerModule.redis,
                LogLevel = LogLevelName.ERROR,
            },
            redis);
        await server.StartAsync(TestContext.Current.CancellationToken);
        ConcurrentQueue<string> said = [];
        await Task.WhenAll(Enumerable.Range(0, Bots).Select(_ =>
            new Bot(new PlayerOptions { Host = "127.0.0.1", Port = port, Games = Games }, said.Enqueue).PlayAsync(TestContext.Current.CancellationToken)))
            .WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);

        Assert.All(said, line => Assert.Matches("^Game [0-9]+: (complete|timed out)$", line));
        Assert.Equal(Bots * Games, said.Count);
        await Eventually.HoldsAsync(() => cluster.Redis.GameKeys().Length == 0, () => $"no key to be left, while there is {string.Join(", ", cluster.Redis.GameKeys())}. {cluster.Describe()}");
        var played = cluster.Files("GAME_PODIUM").Select(file => Path.GetFileName(file)[..36]).ToList();
        Assert.Distinct(played);

        // Some lobbies timed out, and some filled.
        Assert.InRange(announced.Count - played.Count, 1, announced.Count - 1);
        Assert.Equal(
            said.Count(line => line.EndsWith("complete", StringComparison.Ordinal)).ToString(CultureInfo.InvariantCulture),
            DuckDb.Query($"SELECT count(*) FROM read_parquet('{cluster.Output}/superhero/GAME_PODIUM/*.parquet')")[0][0]);
    }
}

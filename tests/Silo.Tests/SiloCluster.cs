using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Silo.Demo;
using Superhero.Testing;

namespace Superhero.Silo.Tests;

/// <summary>Silo processes on a redis-server of their own.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables;

    private SiloCluster(RealRedis redis, Dictionary<string, string> variables)
    {
        Redis = redis;
        _variables = variables;
    }

    public RealRedis Redis { get; }

    public List<SiloProcess> Silos { get; } = [];

    public string Output => Path.Combine(_folder.Path, "data");

    public static async Task<SiloCluster> Start(int silos, params (string Name, string Value)[] variables)
    {
        var cluster = new SiloCluster(await RealRedis.Start(), variables.ToDictionary(variable => variable.Name, variable => variable.Value));
        for (var i = 0; i < silos; i++)
        {
            cluster.Launch();
        }

        await cluster.Listening(silos);
        return cluster;
    }

    public SiloProcess Launch()
    {
        var name = $"silo-{Silos.Count + 1}";
        var silo = SiloProcess.Start(
            new Dictionary<string, string>(_variables)
            {
                ["REDIS_HOST"] = Redis.Options.Host,
                ["REDIS_PORT"] = Redis.Options.Port.ToString(CultureInfo.InvariantCulture),
                ["HOSTNAME"] = name,
                ["OUTPUT_DIR"] = Output,
            },
            LogOf(Silos.Count + 1));
        Silos.Add(silo);
        return silo;
    }

    public Task Listening(int silos) => Eventually.Holds(
        () => Redis.Server.SubscriptionSubscriberCount(RedisChannel.Literal(LogChannel.Lobby)) == silos,
        () => $"{silos} silos listening; the first says: {Log(1)}");

    public string Log(int silo)
    {
        using var reader = new StreamReader(new FileStream(LogOf(silo), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public string[] Files(string table) =>
        Directory.Exists(Path.Combine(Output, "superhero", table)) ? Directory.GetFiles(Path.Combine(Output, "superhero", table)) : [];

    public static void Signal(SiloProcess silo, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", silo.Process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos)
        {
            await silo.DisposeAsync();
        }

        await Redis.DisposeAsync();
        _folder.Dispose();
    }

    private string LogOf(int silo) => Path.Combine(_folder.Path, $"silo-{silo}.log");
}

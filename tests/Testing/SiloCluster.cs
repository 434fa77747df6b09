using System.Diagnostics;
using System.Globalization;
using System.Net;
using Superhero.Demo;

namespace Superhero.Testing;

/// <summary>Silo processes, for claims about processes: what happens when one is killed, paused or told to stop.</summary>
public sealed class SiloCluster : ClusterBase
{
    private SiloCluster(RealRedis redis, (string Name, string Value)[] settings)
        : base(redis, settings)
    {
    }

    public List<SiloProcess> Silos { get; } = [];

    protected override int Count => Silos.Count;

    protected override bool AreUp => Silos.All(silo => silo.Dashboard.IsCompleted || silo.Process.HasExited);

    /// <summary>Starts silos on a redis-server of their own, and waits until all of them listen.</summary>
    public static async Task<SiloCluster> StartAsync(int silos, params (string Name, string Value)[] settings)
    {
        var cluster = On(await RealRedis.StartAsync(), settings);
        await cluster.LaunchAsync(silos);
        return cluster;
    }

    /// <summary>A cluster without silos yet, which owns the redis-server from now on.</summary>
    public static SiloCluster On(RealRedis redis, params (string Name, string Value)[] settings) => new(redis, settings);

    /// <summary>Sends a signal, such as TERM, to a silo.</summary>
    public static void Signal(SiloProcess silo, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", silo.Process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits until a silo's health is as expected.</summary>
    public static async Task<string> WaitForHealthAsync(SiloProcess silo, HttpStatusCode expected, string? state = null) =>
        await WaitForHealthAsync(await silo.Dashboard.WaitAsync(Eventually.Limit), expected, state);

    /// <summary>Starts the first silos, and waits until all of them listen.</summary>
    public async Task LaunchAsync(int silos, string? program = null)
    {
        for (var i = 0; i < silos; i++)
        {
            Launch(program);
        }

        await WaitUntilListeningAsync(silos);
    }

    /// <summary>Starts one more silo, with settings of its own on top.</summary>
    public SiloProcess Launch(params (string Name, string Value)[] settings) => Launch(program: null, settings);

    /// <summary>The same, for a program that is a silo with something added.</summary>
    public SiloProcess Launch(string? program, params (string Name, string Value)[] settings)
    {
        var silo = SiloProcess.Start(SettingsOf([("LOGGER_MODULE", "json"), .. settings]), LogOf(Silos.Count + 1), program);
        Silos.Add(silo);
        return silo;
    }

    public override async Task<Uri[]> PagesAsync() =>
        await Task.WhenAll(Silos.Where(silo => !silo.Process.HasExited).Select(silo => silo.Dashboard)).WaitAsync(Eventually.Limit);

    public override IReadOnlyCollection<LoggedEvent> Events(int silo) =>
        [.. Log(silo).Split('\n').Select(LoggedEvent.Parse).OfType<LoggedEvent>()];

    /// <summary>The output of a silo so far; the first is 1.</summary>
    public string Log(int silo)
    {
        using var reader = new StreamReader(new FileStream(LogOf(silo), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public override async ValueTask DisposeAsync()
    {
        // Nobody reads what they could still log about it.
        foreach (var silo in Silos.Where(silo => !silo.Process.HasExited))
        {
            silo.Process.Kill();
            await silo.Process.WaitForExitAsync();
        }

        await Task.WhenAll(Silos.Select(silo => silo.DisposeAsync().AsTask()));
        await base.DisposeAsync();
    }

    private string LogOf(int silo) => Path.Combine(Folder, $"silo-{silo}.log");
}

using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Superhero.Testing;

/// <summary>Silos within the test's process, with the executable's own wiring.</summary>
public sealed class InProcessCluster : ClusterBase
{
    private readonly List<InProcessSilo> _silos = [];

    private InProcessCluster(RealRedis redis, (string Name, string Value)[] settings)
        : base(redis, settings)
    {
    }

    public IReadOnlyList<InProcessSilo> Silos => _silos;

    protected override int Count => _silos.Count;

    protected override bool AreUp => _silos.All(silo => silo.IsUp);

    /// <summary>Starts silos on a redis-server of their own, and waits until all of them listen.</summary>
    public static async Task<InProcessCluster> StartAsync(int silos, params (string Name, string Value)[] settings)
    {
        var cluster = On(await RealRedis.StartAsync(), settings);
        await cluster.LaunchAsync(silos);
        return cluster;
    }

    /// <summary>A cluster without silos yet, which owns the redis-server from now on.</summary>
    public static InProcessCluster On(RealRedis redis, params (string Name, string Value)[] settings) => new(redis, settings);

    /// <summary>Starts more silos, and waits until all of them listen.</summary>
    public async Task LaunchAsync(int silos)
    {
        for (var i = 0; i < silos; i++)
        {
            Launch();
        }

        await WaitUntilListeningAsync(_silos.Count(silo => !silo.Exit.IsCompleted));
    }

    /// <summary>Starts one more silo, with settings of its own on top.</summary>
    public InProcessSilo Launch(params (string Name, string Value)[] settings) => Launch(configure: null, settings);

    /// <summary>The same, with a part of it replaced.</summary>
    public InProcessSilo Launch(Action<WebApplicationBuilder>? configure, params (string Name, string Value)[] settings)
    {
        var silo = InProcessSilo.Start(SettingsOf(settings), configure);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Waits until the health of a silo is as expected; the first silo is 1.</summary>
    public async Task<string> WaitForHealthAsync(int silo, HttpStatusCode expected, string reason = "") =>
        await WaitForHealthAsync(await _silos[silo - 1].Page, expected, reason);

    /// <summary>Waits until the health of all silos is as expected.</summary>
    /// <param name="expected">The status of the answers.</param>
    /// <param name="reason">A part of each answer.</param>
    public async Task WaitForHealthAsync(HttpStatusCode expected, string reason = "")
    {
        for (var silo = 1; silo <= Count; silo++)
        {
            await WaitForHealthAsync(silo, expected, reason);
        }
    }

    public override async Task<Uri[]> PagesAsync() => await Task.WhenAll(_silos.Where(silo => !silo.Exit.IsCompleted).Select(silo => silo.Page));

    public override IReadOnlyCollection<LoggedEvent> Events(int silo) => _silos[silo - 1].Events;

    public override async ValueTask DisposeAsync()
    {
        await StopAsync(_silos);
        await base.DisposeAsync();
    }
}

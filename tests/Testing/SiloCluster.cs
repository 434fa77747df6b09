using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Superhero.Demo;
using Superhero.Silo.Hosting;

namespace Superhero.Testing;

/// <summary>Silo processes, for claims about processes: what happens when one is killed, paused or told to stop.</summary>
public sealed class SiloCluster : ClusterBase
{
    // All silos in the order of their start; null for each that is a process.
    private readonly List<InProcessSilo?> _all = [];
    private readonly ConcurrentDictionary<int, EventFile> _logs = [];

    private SiloCluster(RealRedis redis, (string Name, string Value)[] settings)
        : base(redis, settings)
    {
    }

    public List<SiloProcess> Silos { get; } = [];

    protected override int Count => _all.Count;

    protected override bool AreUp =>
        Silos.All(silo => silo.Dashboard.IsCompleted || silo.Process.HasExited) && WithinProcess.All(silo => silo.IsUp);

    private IEnumerable<InProcessSilo> WithinProcess => _all.OfType<InProcessSilo>();

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
    public static async Task<string> WaitForHealthAsync(SiloProcess silo, HttpStatusCode expected, string reason = "") =>
        await WaitForHealthAsync(await silo.Dashboard.WaitAsync(Eventually.Limit), expected, reason);

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
        var start = SiloProcess.StartInfo(
            program ?? typeof(SiloProgram).Assembly.Location, SettingsOf([("LOGGER_MODULE", "json"), .. settings]), "--until-input-closes");
        _all.Add(null);
        Silos.Add(SiloProcess.Start(start.WithDefaultSignals(), LogOf(Count)));
        return Silos[^1];
    }

    /// <summary>Starts one more silo, within the test's process: one that is not killed, paused or signalled.</summary>
    public InProcessSilo LaunchWithinProcess(params (string Name, string Value)[] settings)
    {
        var silo = InProcessSilo.Start(SettingsOf(settings));
        _all.Add(silo);
        return silo;
    }

    /// <summary>Tells a silo to stop, and waits until its process has ended.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync(SiloProcess silo)
    {
        silo.Process.StandardInput.Close();
        return ExitAsync(silo);
    }

    /// <summary>Waits until the process of a silo has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(SiloProcess silo)
    {
        await Eventually.HoldsAsync(() => silo.Process.HasExited, () => $"process {silo.Process.Id} to end. {Describe()}");
        return silo.Process.ExitCode;
    }

    public override async Task<Uri[]> PagesAsync() => await Task.WhenAll(
        Silos.Where(silo => !silo.Process.HasExited).Select(silo => silo.Dashboard)
            .Concat(WithinProcess.Where(silo => !silo.Exit.IsCompleted).Select(silo => silo.Page))).WaitAsync(Eventually.Limit);

    public override IReadOnlyCollection<LoggedEvent> Events(int silo) =>
        _all[silo - 1]?.Events ?? _logs.GetOrAdd(silo, number => new EventFile(LogOf(number))).Read();

    /// <summary>The output of a silo process so far; the first silo is 1.</summary>
    public string Log(int silo)
    {
        using var reader = new StreamReader(new FileStream(LogOf(silo), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public override async ValueTask DisposeAsync()
    {
        await StopAsync(WithinProcess);
        foreach (var silo in Silos.Where(silo => !silo.Process.HasExited))
        {
            silo.Process.Kill();
            await silo.Process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        }

        await Task.WhenAll(Silos.Select(silo => silo.DisposeAsync().AsTask()));
        await base.DisposeAsync();
    }

    private string LogOf(int silo) => Path.Combine(Folder, $"silo-{silo}.log");
}

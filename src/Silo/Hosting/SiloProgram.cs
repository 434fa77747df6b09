using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Superhero.Grains.Archive;
using Superhero.Grains.Compaction;
using Superhero.Grains.Games;
using Superhero.Redis;
using Superhero.Settings;
using Superhero.Silo.Access;
using Superhero.Silo.Commands;
using Superhero.Silo.Network;
using Superhero.Tables.Output;

namespace Superhero.Silo.Hosting;

/// <summary>The life of a silo process.</summary>
public sealed partial class SiloProgram
{
    // The host gives up after 25 seconds, but Orleans goes on asking a Redis that is away.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(28);

    // Nothing can be finished without it, and where all is stopped at once it does not come back.
    private static readonly TimeSpan StopTimeoutWithoutRedis = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;
    private readonly Action<int> _exit;
    private readonly ILogger _logger;

    private SiloProgram(WebApplication app, Action<int> exit) =>
        (_app, _exit, _logger) = (app, exit, app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Superhero.Silo"));

    private IServiceProvider Services => _app.Services;

    /// <summary>Waits for Redis, then runs a silo until the process is told to stop.</summary>
    /// <param name="compose">Says what the silo consists of.</param>
    /// <param name="context">The surroundings.</param>
    /// <param name="untilInputCloses">Whether the end of the standard input tells it to stop, too.</param>
    /// <param name="cancellationToken">Tells it to stop.</param>
    /// <returns>The exit code: 0 where it was told to stop, 1 where it stopped by itself. A silo that can't stop in order
    /// ends the process with 1.</returns>
    /// <exception cref="OptionsValidationException">A setting is not allowed.</exception>
    public static async Task<int> RunAsync(
        Action<WebApplicationBuilder, IConfiguration> compose, CommandContext context, bool untilInputCloses, CancellationToken cancellationToken)
    {
        // First of all, and so last to go: a signal may come at any time.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        SiloSettings.All.Read(context.Settings);

        // The images of .NET set a port for whatever runs in them, and Kestrel would warn that it does not heed it.
        var builder = WebApplication.CreateSlimBuilder(
            ["--hostBuilder:reloadConfigOnChange=false", "--urls=", "--http_ports=", "--https_ports="]);
        compose(builder, context.Settings);
        var app = builder.Build();
        try
        {
            var program = new SiloProgram(app, context.Exit);
            foreach (var misspelling in Misspelling.Find([.. SiloSettings.All.Variables], context.Settings))
            {
                program.LogMisspelling(misspelling.Variable, misspelling.Meant);
            }

            return await program.RunAsync(untilInputCloses, stopping);
        }
        finally
        {
            await DisposeAsync(app);
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopping.Cancel();
        }
    }

    // Orleans may wait for grains without end if a silo is told to stop while it starts. What is left ends with the process.
    private static async Task DisposeAsync(WebApplication app)
    {
        try
        {
            await app.DisposeAsync().AsTask().WaitAsync(StopTimeoutWithoutRedis);
        }
        catch (TimeoutException)
        {
        }
    }

    private async Task<int> RunAsync(bool untilInputCloses, CancellationTokenSource stopping)
    {
        try
        {
            var ports = Services.GetRequiredService<SiloPorts>();
            await using (var page = new StartingPage(Services, _logger))
            {
                await page.WaitAsync(Services.GetRequiredService<OutputStores>().Default, Task.Run(EnsureWritableAsync, stopping.Token), stopping.Token);
                if (untilInputCloses)
                {
                    _ = StopWhenInputClosesAsync(stopping);
                }

                await page.WaitAsync($"Redis at {Services.Options<RedisOptions>()}", ConnectAsync(stopping.Token), stopping.Token);
            }

            _app.MapSilo();
            await _app.StartAsync(stopping.Token);
            SayStarted(ports);
            await StoppedAsync(stopping.Token);
            return await StopAsync() && stopping.IsCancellationRequested ? 0 : 1;
        }
        catch (Exception exception) when (stopping.IsCancellationRequested && exception is OperationCanceledException or OrleansLifecycleCanceledException)
        {
            LogStopped();
            return 0;
        }
    }

    private Task ConnectAsync(CancellationToken stopping) => Services.GetRequiredService<RedisConnection>().ConnectAsync(
        (redis, reason, wait) => LogNoRedis(redis, reason, wait.TotalSeconds), stopping);

    private async Task StoppedAsync(CancellationToken stopping)
    {
        var stopped = new TaskCompletionSource();
        await using (stopping.Register(() => stopped.TrySetResult()))
        await using (_app.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult()))
        {
            await stopped.Task;
        }
    }

    // Whether it has stopped, with all that it had in hand.
    private async Task<bool> StopAsync()
    {
        LogStopping();
        var stop = _app.StopAsync(CancellationToken.None);
        var redis = Services.GetRequiredService<RedisConnection>();
        var (stopping, withoutRedis) = (Stopwatch.StartNew(), Stopwatch.StartNew());
        while (await Task.WhenAny(stop, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)) != stop)
        {
            if (redis.IsConnected)
            {
                withoutRedis.Restart();
            }

            if (stopping.Elapsed < StopTimeout && withoutRedis.Elapsed < StopTimeoutWithoutRedis)
            {
                continue;
            }

            // What was in hand is resumed by another silo.
            LogGaveUp(stopping.Elapsed.TotalSeconds);

            // The lines are written by a thread of their own, which an exit does not wait for.
            Services.GetRequiredService<ILoggerFactory>().Dispose();
            _exit(1);
            return false;
        }

        await stop;
        LogStopped();
        return true;
    }

    private async Task EnsureWritableAsync()
    {
        var (output, stores) = (Services.Options<OutputOptions>(), Services.GetRequiredService<OutputStores>());
        var refusesExisting = await (output.Uri is null
            ? ProbeAsync("OUTPUT_DIR", stores.OpenFolder(output.Directory), "a folder")
            : ProbeAsync("OUTPUT_URI", Services.GetRequiredService<IOutputStore>(), "a bucket"));
        if (!refusesExisting && Services.Options<CompactionOptions>().After is var after && after > TimeSpan.Zero)
        {
            throw new SettingException(
                CompactionOptions.AfterVariable, $"{after}", $"0: {stores.Default} does not refuse to create an object that exists (If-None-Match)");
        }

        if (Services.Options<ArchiveOptions>().Directory is { } archive)
        {
            await ProbeAsync("ARCHIVE_DIR", stores.OpenFolder(archive, ArchivedGame.Folder), "a folder");
        }
    }

    // A place that refuses ends the silo. One that does not answer is waited for.
    private static async Task<bool> ProbeAsync(string variable, IOutputStore store, string kind)
    {
        while (true)
        {
            try
            {
                return await store.ProbeAsync();
            }
            catch (IOException exception) when (exception.GetBaseException() is TimeoutException or OperationCanceledException)
            {
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
            {
                throw new SettingException(variable, $"{store}", $"{kind} that can be written ({exception.Message.TrimEnd('.')})");
            }
        }
    }

    // A silo that another program started goes when that program goes.
    private static async Task StopWhenInputClosesAsync(CancellationTokenSource stopping)
    {
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null);
        await stopping.CancelAsync();
    }

    private void SayStarted(SiloPorts ports)
    {
        var page = Services.Options<PageOptions>();
        var isLoopback = IPAddress.IsLoopback(page.Address!);
        LogStarted(
            Services.Options<GameOptions>().HostName,
            ports.Silo,
            Services.Options<SiloEndpointOptions>().Address!,
            new UriBuilder(page.Files.AreNamed ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, isLoopback ? "localhost" : $"{page.Address}", ports.Http).Uri,
            Services.GetRequiredService<OutputStores>().Default);
        if (!isLoopback && !page.Files.AreNamed)
        {
            LogReadable(page.Address!);
        }
    }

    [LoggerMessage(601, LogLevel.Warning, "Could not reach Redis at {Redis}; this silo retries in {Seconds:0} s: {Reason}")]
    private partial void LogNoRedis(RedisOptions redis, string reason, double seconds);

    [LoggerMessage(602, LogLevel.Information, "Started silo {Name}: port {Port} of {SiloHost}, page {Page} and dashboard {Page}dashboard, files in {Output}")]
    private partial void LogStarted(string name, int port, IPAddress siloHost, Uri page, string output);

    [LoggerMessage(603, LogLevel.Information, "Stopping; this silo finishes the games that it has begun")]
    private partial void LogStopping();

    [LoggerMessage(604, LogLevel.Error, "Did not shut down cleanly within {Seconds:0} seconds; this silo ends now, and the other silos take over its games")]
    private partial void LogGaveUp(double seconds);

    [LoggerMessage(605, LogLevel.Information, "Stopped")]
    private partial void LogStopped();

    [LoggerMessage(608, LogLevel.Warning, "Unknown setting {Variable}; did you mean {Meant}?")]
    private partial void LogMisspelling(string variable, string meant);

    [LoggerMessage(801, LogLevel.Warning, "Others can reach the page at {HttpHost} without encryption; set HTTP_TLS_CERT and HTTP_TLS_KEY, or put a proxy with TLS in front")]
    private partial void LogReadable(IPAddress httpHost);
}

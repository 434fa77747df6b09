using System.Net;
using System.Runtime.InteropServices;
using Superhero.Redis;
using Superhero.Settings;
using Superhero.Silo.Logging;
using Superhero.Silo.Network;
using Superhero.Tables.Output;

namespace Superhero.Silo.Hosting;

/// <summary>The life of a silo process.</summary>
public static partial class SiloProgram
{
    // The host gives up after 25 seconds, but Orleans goes on asking a Redis that is away.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(28);

    /// <summary>Waits for Redis, then runs a silo until the process is told to stop.</summary>
    /// <param name="options">What configures it.</param>
    /// <param name="untilInputCloses">Whether the end of the standard input tells it to stop, too.</param>
    /// <param name="cancellationToken">Tells it to stop.</param>
    /// <param name="compose">What a program of another kind adds to the composition.</param>
    /// <returns>The exit code: 0 where it was told to stop, 1 where it stopped by itself. A silo that can't stop in order
    /// ends the process with 1.</returns>
    public static async Task<int> RunAsync(
        SiloOptions options,
        bool untilInputCloses,
        CancellationToken cancellationToken,
        Action<WebApplicationBuilder>? compose = null)
    {
        using var logs = LoggerFactory.Create(logging => logging.AddSiloLogging(options));
        await EnsureWritableAsync("OUTPUT_DIR", Folder(options.Games.OutputDirectory), "a folder that can be written");
        if (options.Games.ArchiveDirectory is { } archive)
        {
            await EnsureWritableAsync("ARCHIVE_DIR", Folder(archive), "a folder that can be written");
        }

        if (options.Games.Bucket is { } bucket)
        {
            await EnsureWritableAsync(OutputUri.Variable, bucket, "a bucket that can be written");
        }

        LocalOutputStore Folder(string path) => new(path, logs.CreateLogger<LocalOutputStore>());

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stopping.Cancel();
        });
        using var siloPort = PortReservation.Reserve("SILO_PORT", options.SiloPort, 11111, options.SiloHost);
        using var gatewayPort = PortReservation.Reserve("GATEWAY_PORT", options.GatewayPort, 30000, options.SiloHost);
        using var httpPort = PortReservation.Reserve("HTTP_PORT", options.HttpPort, 8080, options.HttpHost);
        var logger = logs.CreateLogger("Superhero.Silo");
        if (untilInputCloses)
        {
            _ = StopWhenInputClosesAsync(stopping);
        }

        try
        {
            await using var redis = await RedisConnector.ConnectAsync(
                options.Redis,
                (reason, wait) => LogNoRedis(logger, options.Redis, reason, wait.TotalSeconds),
                stopping.Token);
            await using var silo = SiloHost.Build(options, redis, siloPort.Port, gatewayPort.Port, httpPort.Port, compose);
            await silo.StartAsync(stopping.Token);
            LogStarted(
                logger,
                options.Games.HostName,
                siloPort.Port,
                options.SiloHost,
                IPAddress.IsLoopback(options.HttpHost) ? "localhost" : options.HttpHost.ToString(),
                httpPort.Port,
                options.Games.OutputDirectory);
            var stopped = new TaskCompletionSource();
            await using (stopping.Token.Register(() => stopped.TrySetResult()))
            await using (silo.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult()))
            {
                await stopped.Task;
            }

            LogStopping(logger);
            var stop = silo.StopAsync(CancellationToken.None);
            if (await Task.WhenAny(stop, Task.Delay(StopTimeout, CancellationToken.None)) != stop)
            {
                // What was in hand is resumed by another silo.
                LogGaveUp(logger);

                // The lines are written by a thread of their own, which an exit does not wait for.
                logs.Dispose();
                Environment.Exit(1);
            }

            await stop;
            LogStopped(logger);
            return stopping.IsCancellationRequested ? 0 : 1;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped(logger);
        }

        return 0;
    }

    private static async Task EnsureWritableAsync(string variable, IOutputStore output, string allowed)
    {
        try
        {
            await output.ProbeAsync();
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new SettingException(variable, $"{output}", output is LocalOutputStore ? allowed : $"{allowed} ({exception.Message})");
        }
    }

    // A silo that another program started goes when that program goes.
    private static async Task StopWhenInputClosesAsync(CancellationTokenSource stopping)
    {
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null);
        await stopping.CancelAsync();
    }

    [LoggerMessage(601, LogLevel.Warning, "Redis at {Redis} can't be reached; next try in {Seconds:0} s: {Reason}")]
    private static partial void LogNoRedis(ILogger logger, RedisOptions redis, string reason, double seconds);

    [LoggerMessage(602, LogLevel.Information, "Silo {Name} is up: port {Port} of {SiloHost}, page http://{HttpHost}:{HttpPort}/ and dashboard http://{HttpHost}:{HttpPort}/dashboard, files in {Output}")]
    private static partial void LogStarted(
        ILogger logger, string name, int port, IPAddress siloHost, string httpHost, int httpPort, string output);

    [LoggerMessage(603, LogLevel.Information, "Stopping: the games in hand are finished first")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(604, LogLevel.Error, "It could not stop in order within 28 seconds, and ends now; what was in hand is left to the other silos")]
    private static partial void LogGaveUp(ILogger logger);

    [LoggerMessage(605, LogLevel.Information, "Stopped")]
    private static partial void LogStopped(ILogger logger);
}

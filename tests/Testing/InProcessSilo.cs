using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Superhero.Silo.Commands;
using Superhero.Silo.Hosting;

namespace Superhero.Testing;

/// <summary>A silo within the test's process: the same entry point and wiring as the executable, with settings, log and console of
/// its own. Use a silo process if the test kills, pauses or signals the silo, or measures it.</summary>
public sealed class InProcessSilo : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private readonly EventLog _log = new();
    private readonly StringWriter _console = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task<int> _run;
    private IServiceProvider? _services;

    private InProcessSilo(IReadOnlyDictionary<string, string> settings, Action<WebApplicationBuilder>? configure)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings!).Build();
        var console = TextWriter.Synchronized(_console);
        _run = Task.Run(async () =>
        {
            using var context = new CommandContext(configuration, console, console) { Exit = _ => { } };
            return await SiloCommandLine.RunAsync([], Compose, context, _stopping.Token);
        });

        void Compose(WebApplicationBuilder builder, IConfiguration silo)
        {
            builder.AddSilo(silo);
            builder.Logging.AddProvider(_log);
            builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(ConsoleLoggerProvider)));

            // The silo's own handler ends the process, and with it all other tests.
            builder.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, Fatal>());
            builder.Services.AddHostedService(services =>
            {
                _services = services;
                return new Nothing();
            });
            configure?.Invoke(builder);
        }
    }

    /// <summary>The events that it has logged, the oldest first.</summary>
    public IReadOnlyCollection<LoggedEvent> Events => _log.Events;

    /// <summary>What it has printed to its console, apart from the log.</summary>
    public string Console => $"{_console}";

    /// <summary>Whether it is up, or has been.</summary>
    public bool IsUp => _run.IsCompleted || Events.Any(one => one.Id == LogEvents.SiloStarted);

    /// <summary>Its exit code, once it has stopped.</summary>
    public Task<int> Exit => _run;

    /// <summary>Its services, once it is up.</summary>
    public IServiceProvider Services => _services ?? throw new InvalidOperationException($"The silo is not up. {Describe()}");

    /// <summary>The address of its page, once it is up.</summary>
    public Task<Uri> Page => PageAsync();

    /// <summary>Starts a silo.</summary>
    /// <param name="settings">All of its settings. Those of the test's own environment do not count.</param>
    /// <param name="configure">Replaces a part of it, such as a clock or a store.</param>
    public static InProcessSilo Start(IReadOnlyDictionary<string, string> settings, Action<WebApplicationBuilder>? configure = null) =>
        new(settings, configure);

    /// <summary>Stops it as SIGTERM does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            return await _run.WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The silo did not stop within {StopLimit.TotalSeconds} s. {Describe()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
        await _console.DisposeAsync();
    }

    /// <summary>Its log and console, for the message of a failed test.</summary>
    public string Describe() => $"Its log:\n{string.Join('\n', Events)}\n{Console}";

    private async Task<Uri> PageAsync()
    {
        LoggedEvent? up = null;
        await Eventually.HoldsAsync(
            () => (up = Events.FirstOrDefault(one => one.Id == LogEvents.SiloStarted)) is not null || _run.IsCompleted,
            () => $"a silo to be up. {Describe()}");
        return up is not null ? new Uri(up.Values["Page"]) : throw new InvalidOperationException($"The silo has stopped. {Describe()}");
    }

    private sealed class Fatal(ILogger<InProcessSilo> logger) : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => true;

        public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) =>
            logger.Log(LogLevel.Critical, LogEvents.Fatal, (object?)null, exception, (_, _) => context ?? "");
    }

    private sealed class Nothing : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }
}

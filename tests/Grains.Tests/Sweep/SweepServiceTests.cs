using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Superhero.Grains.Archive;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Sweep;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Sweep;

public sealed class SweepServiceTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _output = new();
    private readonly TemporaryFolder _archive = new();
    private readonly TestClock _clock = new();

    public void Dispose()
    {
        _output.Dispose();
        _archive.Dispose();
    }

    [Fact]
    public async Task Silo_calls_the_sweep_at_every_interval_even_after_a_call_failed()
    {
        var grain = DispatchProxy.Create<ISweepGrain, Sweeping>();
        using var service = Service(grain);
        await service.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Interval, await _clock.NextWaitAsync());
        for (var asked = 1; asked < 4; asked++)
        {
            ((Sweeping)grain).Fails = asked == 2;
            _clock.Advance(Interval - TimeSpan.FromTicks(1));
            Assert.Equal(asked, ((Sweeping)grain).Asked);
            _clock.Advance(TimeSpan.FromTicks(1));
            Assert.Equal(Interval, await _clock.NextWaitAsync());
        }

        Assert.Equal(4, ((Sweeping)grain).Asked);
        await service.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Temporary_files_are_removed_only_if_they_are_older_than_a_minute()
    {
        string[] files = [Temporary(_output, 60), Temporary(_output, 61), Temporary(_archive, 60), Temporary(_archive, 61)];
        using var service = Service(DispatchProxy.Create<ISweepGrain, Sweeping>());
        await service.StartAsync(TestContext.Current.CancellationToken);
        await _clock.NextWaitAsync();
        Assert.Equal([true, false, true, false], files.Select(File.Exists));
        _clock.Advance(Interval);
        await _clock.NextWaitAsync();
        Assert.All(files, file => Assert.False(File.Exists(file)));
        await service.StopAsync(TestContext.Current.CancellationToken);
    }

    private SweepService Service(ISweepGrain grain)
    {
        var grains = DispatchProxy.Create<IGrainFactory, Finding>();
        ((Finding)grains).Grain = grain;
        var stores = new OutputStores(
            Options.Create(new OutputOptions { Directory = _output.Path }), new OptionsFactory<S3Options>([], []), new OptionsFactory<AzureOptions>([], []),
            NullLogger<LocalOutputStore>.Instance);
        var archive = new GameArchive(null!, Options.Create(new ArchiveOptions { Directory = _archive.Path }), Options.Create(new LedgerOptions()), stores);
        var options = Options.Create(new SweepOptions { Interval = Interval });
        return new SweepService(grains, stores.OpenDefault(), archive, options, _clock, NullLogger<SweepService>.Instance);
    }

    // A temporary file that an attempt left that many seconds ago.
    private string Temporary(TemporaryFolder folder, int seconds)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "superhero", ".tmp")).FullName, $"{Guid.NewGuid()}.tmp");
        File.WriteAllText(path, "");
        File.SetLastWriteTimeUtc(path, _clock.GetUtcNow().UtcDateTime.AddSeconds(-seconds));
        return path;
    }

    public class Finding : DispatchProxy
    {
        public ISweepGrain? Grain { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Grain;
    }

    public class Sweeping : DispatchProxy
    {
        public int Asked { get; private set; }

        public bool Fails { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Asked++;
            return Fails ? Task.FromException(new TimeoutException()) : Task.CompletedTask;
        }
    }
}

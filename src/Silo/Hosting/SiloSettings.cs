using Superhero.Grains.Archive;
using Superhero.Grains.Games;
using Superhero.Grains.Compaction;
using Superhero.Grains.Sweep;
using Superhero.Redis;
using Superhero.Settings;
using Superhero.Silo.Access;
using Superhero.Silo.Logging;
using Superhero.Silo.Network;
using Superhero.Silo.Subscriber;
using Superhero.Silo.Tls;
using Superhero.Tables.Output;

namespace Superhero.Silo.Hosting;

/// <summary>All settings of a silo and its commands.</summary>
public static class SiloSettings
{
    /// <summary>The options classes that declare them.</summary>
    public static readonly SettingsGroup All = new SettingsGroup()
        .Add<RedisOptions>()
        .Add<SubscriberOptions>()
        .Add<OutputOptions>()
        .Add<S3Options>()
        .Add<AzureOptions>()
        .Add<ArchiveOptions>()
        .Add<GameOptions>()
        .Add<SweepOptions>()
        .Add<CompactionOptions>()
        .Add<SiloLoggingOptions>()
        .Add<SiloEndpointOptions>(
            (endpoint, configuration) => endpoint.RedisHost = configuration["REDIS_HOST"] is { Length: > 0 } host ? host.Trim() : "localhost",
            new SiloEndpointOptionsValidator())
        .Add(new CertificateFilesValidator<ClusterTlsOptions>(cluster => cluster.Files))
        .Add(new PageOptionsValidator(), new CertificateFilesValidator<PageOptions>(page => page.Files))
        .Add<ExamplePasswords>();
}

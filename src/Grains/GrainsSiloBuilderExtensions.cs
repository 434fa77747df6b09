using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime.GrainDirectory;
using Orleans.Serialization;
using StackExchange.Redis;
using Superhero.Grains.Archive;
using Superhero.Grains.Extract;
using Superhero.Grains.Games;
using Superhero.Grains.Heroes;
using Superhero.Grains.Ledger;
using Superhero.Grains.Load;
using Superhero.Grains.Metrics;
using Superhero.Grains.Placement;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Sweep;
using Superhero.Tables.Output;

namespace Superhero.Grains;

/// <summary>Adds the processing of games to a silo.</summary>
public static class GrainsSiloBuilderExtensions
{
    /// <summary>Adds what a <see cref="GameGrain"/> needs. The services must hold an
    /// <see cref="IConnectionMultiplexer"/> by the time the silo starts.</summary>
    public static ISiloBuilder AddGames(this ISiloBuilder silo)
    {
        silo.Services
            .AddMetrics()
            .AddSingleton<GameMetrics>()
            .AddSingleton<GameAdmission>()
            .AddSingleton<GameFailures>()
            .AddSingleton<GameReporter>()
            .AddSingleton<ISiloLiveness, SiloLiveness>()
            .AddSingleton<GameLedger>()
            .AddSingleton<GameExtractor>()
            .AddSingleton<GameLoader>()
            .AddOutputStore()
            .AddSingleton<GameArchive>()
            .AddSingleton<GameProcessor>()
            .AddSingleton<IGrainDirectoryResolver, HashBasedGrainDirectoryResolver>()
            .AddSingleton<QuarantineStore>()
            .AddSingleton<OpenGames>()
            .AddTransient<OrphanedKeys>()
            .AddTransient<OrphanedLobbies>()
            .AddTransient<HeroTableUpdater>();

        silo.AddActivityPropagation();

        // By itself Orleans passes on no exception of a library, such as Redis', but complains that it has no codec for it.
        silo.Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedExceptionTypeFilter = _ => true);

        // Every participant of a game announces its end, within moments; after that the grain has nothing left to do.
        silo.Configure<GrainCollectionOptions>(collection =>
        {
            collection.CollectionQuantum = TimeSpan.FromSeconds(5);
            collection.ClassSpecificCollectionAge[typeof(GameGrain).FullName!] = TimeSpan.FromSeconds(10);
        });
        return silo;
    }
}

using Orleans.Serialization;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Silo.Membership;

/// <summary>Adds this silo's part in the cluster's membership.</summary>
internal static class MembershipExtensions
{
    /// <summary>Lets the membership table that is there keep Redis' time, and silos write their status in turn.</summary>
    public static IServiceCollection AddClusterMembership(this IServiceCollection services)
    {
        var table = services.Last(service => service.ServiceType == typeof(IMembershipTable));
        return services
            .AddSingleton<ILocalSiloDetails, SiloIdentity>()
            .AddSingleton<StatusTurn>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(container => container.GetRequiredService<StatusTurn>())
            .AddSingleton<IMembershipTable>(container => new RedisTimeTable(
                (IMembershipTable)table.ImplementationFactory!(container),
                container.GetRequiredService<IConnectionMultiplexer>(),
                container.GetRequiredService<StatusTurn>(),
                container.GetRequiredService<SteadyClock>(),
                container.GetRequiredService<DeepCopier<MembershipEntry>>()));
    }
}

using Superhero.Redis;
using Superhero.Settings;
using Superhero.Simulator.Heroes;
using Superhero.Simulator.Players;
using Superhero.Simulator.Server;

namespace Superhero.Simulator;

/// <summary>The settings of each command.</summary>
public static class SimulatorSettings
{
    /// <summary>Those of server.</summary>
    public static readonly SettingsGroup Server = new SettingsGroup().Add<ServerOptions>().Add<RedisOptions>().Add<ExamplePasswords>();

    /// <summary>Those of player.</summary>
    public static readonly SettingsGroup Player = new SettingsGroup().Add<PlayerOptions>();

    /// <summary>Those of build-db.</summary>
    public static readonly SettingsGroup BuildDb = new SettingsGroup().Add<RedisOptions>().Add<SuperheroApiOptions>().Add<ExamplePasswords>();
}

namespace Superhero.Demo;

/// <summary>What the demo plays.</summary>
/// <param name="Silos">How many silo processes.</param>
/// <param name="Players">How many bots.</param>
/// <param name="Games">How many games each bot plays.</param>
/// <param name="Output">The folder for the tables and the silos' logs.</param>
/// <param name="Stay">Whether to stay up afterwards.</param>
public sealed record DemoOptions(int Silos, int Players, int Games, string Output, bool Stay);

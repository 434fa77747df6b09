namespace Superhero.Containers;

/// <summary>The tests that share one deployment, one after the other.</summary>
[CollectionDefinition]
public class OneDeployment : ICollectionFixture<Deployment>;

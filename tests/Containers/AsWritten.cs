using Xunit.Sdk;
using Xunit.v3;

namespace Superhero.Containers;

/// <summary>Tests of one class in the order in which they stand there: what comes to the deployment while its bots play, and then its end.</summary>
public sealed class AsWritten : ITestMethodOrderer
{
    public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(IReadOnlyCollection<TTestMethod?> testMethods)
        where TTestMethod : notnull, ITestMethod =>
        [.. testMethods.OrderBy(method => method is IXunitTestMethod written ? written.Method.MetadataToken : 0)];
}

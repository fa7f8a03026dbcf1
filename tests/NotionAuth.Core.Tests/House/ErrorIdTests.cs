using System;
using System.IO;
using System.Linq;
using System.Reflection;
using NotionAuth.Core.Common;
using NotionAuth.Core.Tests.Support;
using Xunit;

namespace NotionAuth.Core.Tests.House;

/// <summary>Scripts rely on error ids: each is its own name, is documented, and stands in its place.</summary>
public sealed class ErrorIdTests
{
    private static readonly FieldInfo[] Fields = typeof(ErrorIds).GetFields(BindingFlags.Public | BindingFlags.Static);

    [Fact]
    public void Each_id_is_its_own_name() =>
        Assert.All(Fields, f => Assert.Equal(f.Name, f.GetRawConstantValue()));

    [Fact]
    public void They_stand_in_alphabetical_order()
    {
        string[] names = [.. Fields.Select(f => f.Name)];
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public void Each_id_is_in_the_README_or_on_a_help_page()
    {
        string[] pages =
        [
            Repository.PathOf("README.md"),
            .. Directory.GetFiles(Repository.PathOf("docs"), "*-Notion*.md"),
        ];
        string text = string.Join('\n', pages.Select(File.ReadAllText));
        Assert.All(Fields, f => Assert.Matches($@"\b{f.Name}\b", text));
    }
}

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("NotionAuth.Core.Tests")]
[assembly: InternalsVisibleTo("NotionAuth.Benchmarks")]

@{
    Severity = @('Error', 'Warning')
    Rules    = @{
        # The same as in tests/NotionAuth.Core.Tests/House/SourceShapeTests.cs.
        PSAvoidLongLines      = @{ Enable = $true; MaximumLineLength = 120 }
        # The build's own scripts parse in both editions; see build/tasks/Testing.ps1 for what doesn't fit tests.
        PSUseCompatibleSyntax = @{ Enable = $true; TargetVersions = @('5.1', '7.4') }
    }
}

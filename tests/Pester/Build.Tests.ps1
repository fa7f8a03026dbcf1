BeforeAll {
    foreach ($name in 'Common', 'Testing', 'TestFiles') { . (Join-Path $PSScriptRoot "../../build/tasks/$name.ps1") }
}

Describe 'Test -File' {
    It 'finds <Name> as <Suite> file <Expected>' -ForEach @(
        @{ Name = 'Revoke-NotionToken'; Suite = 'Pester'; Expected = 'Revoke-NotionToken.Tests.ps1' }
        @{ Name = 'revoke-notiontoken.Tests.ps1'; Suite = 'Pester'; Expected = 'Revoke-NotionToken.Tests.ps1' }
        @{ Name = 'tests/Pester/Views.Tests.ps1'; Suite = 'Pester'; Expected = 'Views.Tests.ps1' }
        @{ Name = 'RedactionTests'; Suite = 'xunit'; Expected = 'RedactionTests.cs' }
        @{ Name = 'House\ArrowTests.cs'; Suite = 'xunit'; Expected = 'ArrowTests.cs' }
    ) {
        $found = @(Resolve-TestFile $Name)
        $found.Count | Should -Be 1
        $found[0].Suite | Should -Be $Suite
        $found[0].File.Name | Should -BeExactly $Expected
    }

    It 'takes several names, and wildcards' {
        $found = @(Resolve-TestFile Views, 'Invoke-NotionRequest*')
        $found.Name | Should -Contain 'Views'
        $found.Name | Should -Contain 'Invoke-NotionRequest.Files'
        $found.Name | Should -Not -Contain 'Vault'
    }

    It 'names the nearest files where there is none of the name' {
        { Resolve-TestFile 'Revoke-NotionTokn' } | Should -Throw '*''Revoke-NotionTokn''*: Revoke-NotionToken, *'
        { Resolve-TestFile 'Callback' } | Should -Throw '*: Callback*'
    }

    It 'runs the xunit classes of the files, also together with -Filter' {
        Get-XunitFilter @() 'Retry' | Should -Be 'FullyQualifiedName~Retry'
        $files = Resolve-TestFile RedactionTests, ArrowTests
        Get-XunitFilter $files '' | Should -Be '(FullyQualifiedName~.RedactionTests.|FullyQualifiedName~.ArrowTests.)'
        Get-XunitFilter $files 'x' | Should -BeLike '(*)&FullyQualifiedName~x'
        Get-XunitFilter @() '' | Should -BeNullOrEmpty
    }
}

Describe 'The start without PowerShell' {
    It 'builds without a warning' {
        $file = Join-Path $PSScriptRoot '../../build/WithoutPowerShell.cs'
        $shown = & dotnet build $file --nologo -v q 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$shown"
    }
}

@{
    RootModule             = if ($PSEdition -eq 'Core') { 'bin/core/NotionAuth.dll' }
    else { 'bin/desktop/NotionAuth.dll' }
    ModuleVersion          = '0.1.0'
    GUID                   = 'b0a0a4a2-8c3e-4f0b-9f57-1d6a3f2c7e15'
    Author                 = 'The NotionAuth contributors'
    CompanyName            = 'The NotionAuth contributors'
    Copyright              = '(c) 2026 The NotionAuth contributors. MIT License.'
    Description            =
        'Sign in to Notion from PowerShell, once: OAuth in the browser or an integration token, kept in a ' +
        'SecretManagement vault, refreshed and revoked for you. Then call any endpoint of the API.'
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Core', 'Desktop')
    TypesToProcess         = @('NotionAuth.Types.ps1xml')
    FormatsToProcess       = @('NotionAuth.Format.ps1xml')
    FunctionsToExport      = @()
    CmdletsToExport        = @('Connect-NotionWorkspace', 'Disconnect-NotionWorkspace', 'Get-NotionConnection',
        'Test-NotionToken', 'Revoke-NotionToken', 'Invoke-NotionRequest')
    VariablesToExport      = @()
    AliasesToExport        = @()
    PrivateData            = @{
        # What the package depends on. Not RequiredModules: SecretManagement is loaded when a vault is first used, and a
        # session without one needs none.
        PackageDependencies = @(@{ ModuleName = 'Microsoft.PowerShell.SecretManagement'; ModuleVersion = '1.1.0' })
        PSData              = @{
            Tags         = @('Notion', 'OAuth', 'API', 'SecretManagement', 'Token', 'REST', 'PSEdition_Core',
                'PSEdition_Desktop', 'Windows', 'Linux', 'MacOS')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}

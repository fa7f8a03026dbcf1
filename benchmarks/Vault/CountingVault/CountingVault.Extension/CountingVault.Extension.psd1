@{
    RootModule        = 'CountingVault.Extension.psm1'
    ModuleVersion     = '1.0.0'
    GUID              = '4f0c1b77-6a0b-4a2e-9a39-7d7e0a3c5d21'
    Author            = 'The NotionAuth contributors'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-Secret', 'Get-SecretInfo', 'Set-Secret', 'Set-SecretInfo', 'Remove-Secret',
        'Test-SecretVault')
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
